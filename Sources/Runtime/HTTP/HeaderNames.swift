package import HTTPTypes

extension HTTPField.Name {
    package static let xAPIKey = literal("X-API-Key")
    package static let xForwardedFor = literal("X-Forwarded-For")
    package static let xRequestID = literal("X-Request-Id")

    /// A name that this program writes itself, and that is therefore legal.
    package static func literal(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("`\(name)` is no header name") }
        return name
    }
}
