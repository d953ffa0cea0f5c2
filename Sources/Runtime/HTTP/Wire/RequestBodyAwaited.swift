/// Sent down a connection when whoever answers the request begins to wait for its body: the moment for 100 Continue.
struct RequestBodyAwaited: Sendable {}
