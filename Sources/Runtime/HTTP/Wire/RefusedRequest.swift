import HTTPTypes
import Spec
import Values

/// The answer to a request that never reached the router, with the fields that every answer of the router carries.
struct RefusedRequest {
    let status: HTTPResponse.Status
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    /// - Parameter requestID: the one that the request carries, if it could be read.
    init(_ error: APIError, date: String, requestID: String?) {
        status = error.status
        body = error.body.utf8
        fields =
            [("Date", date)] + error.headers.map { ($0.name.rawName, $0.value) } + [
                ("X-Request-Id", APIResponder.requestID(requestID)), ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
                ("Content-Length", "\(body.count)"), ("Content-Type", "application/json"), ("Connection", "close"),
            ]
    }
}
