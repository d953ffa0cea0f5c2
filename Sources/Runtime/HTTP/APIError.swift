package import HTTPTypes
import Spec
package import Values

/// A request that cannot be served, as its sender sees it.
///
/// `message` is for people and may change; `code` is for programs and never does. Neither holds a secret or a value
/// that only the server knows.
package struct APIError: Error, Sendable {
    package var status: HTTPResponse.Status
    /// Snake case, such as `webhook_not_found`.
    package var code: String
    package var message: String
    /// What is wrong with which field, where the request's content is at fault; the first `maximumDetails`.
    package private(set) var details: [Detail]
    /// Details beyond those.
    package private(set) var moreDetails: Int
    package var headers: HTTPFields

    package static let maximumDetails = 50
    /// Of the path of a field, and of a message; what is longer is cut.
    package static let maximumFieldBytes = 256
    package static let maximumMessageBytes = 1024

    package struct Detail: Sendable, Hashable {
        /// The path of the field as in the body: `retryConfig.maxRetries`, `events.0`; or the parameter's name.
        package var field: String
        package var message: String

        package init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    /// - Parameter moreDetails: how many were left out of `details` already.
    package init(
        _ status: HTTPResponse.Status, code: String, message: String, details: [Detail] = [], moreDetails: Int = 0,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message.cut(toBytes: Self.maximumMessageBytes)
        self.details = details.prefix(Self.maximumDetails).map {
            Detail(field: $0.field.cut(toBytes: Self.maximumFieldBytes), message: $0.message.cut(toBytes: Self.maximumMessageBytes))
        }
        self.moreDetails = moreDetails + max(0, details.count - Self.maximumDetails)
        self.headers = headers
    }
}

extension APIError {
    package static func notFound(_ code: String, _ message: String) -> APIError {
        APIError(.notFound, code: code, message: message)
    }

    /// 422: the request is well-formed and cannot be done as it says.
    package static func invalid(_ details: [Detail], more: Int = 0) -> APIError {
        let first = details.first.map {
            "`\($0.field.cut(toBytes: maximumFieldBytes))` \($0.message.cut(toBytes: maximumMessageBytes / 2))"
        }
        let others = details.count + more - 1
        return APIError(
            .unprocessableContent, code: "validation_failed",
            message: (first ?? "the request is invalid") + (others > 0 ? ", and \(others) more" : ""), details: details, moreDetails: more)
    }

    package static func invalid(_ field: String, _ message: String) -> APIError {
        invalid([Detail(field: field, message: message)])
    }

    /// 409: a manifest declares the resource, so a manifest changes it.
    package static func managedByManifest(_ what: String, file: String?, line: Int?) -> APIError {
        let place = file.map { file in line.map { "\(file):\($0)" } ?? file } ?? "a manifest"
        return APIError(
            .conflict, code: "managed_by_manifest",
            message: "\(what) is declared in \(place); change it there and apply, or override as an admin with ?override=true")
    }

    /// 409: the manifest's `lifecycle.preventDestroy` holds against an override too.
    package static func preventDestroy(_ what: String) -> APIError {
        APIError(
            .conflict, code: "prevent_destroy",
            message: "\(what) has lifecycle.preventDestroy: first apply a manifest that declares it with preventDestroy: false")
    }

    /// The reference's shape of an error body.
    package var body: JSON {
        var object = JSONObject([
            ("statusCode", .integer(status.code)), ("error", .string(status.reasonPhrase)),
            ("message", .string(message)), ("code", .string(code)),
        ])
        if !details.isEmpty {
            object["details"] = .array(details.map { ["field": .string($0.field), "message": .string($0.message)] })
        }
        if moreDetails > 0 { object["moreDetails"] = .integer(moreDetails) }
        return .object(object)
    }

    package var reply: Reply {
        Reply(status, body, headers: headers)
    }
}

extension String {
    /// The text itself where it is short enough, else its beginning and an ellipsis.
    fileprivate func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var shown = UnicodeScalarView()
        var bytes = 0
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > limit { break }
            shown.append(scalar)
        }
        return String(shown) + "…"
    }
}
