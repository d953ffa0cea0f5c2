package import HTTPTypes
import Values

/// The API key of a request: `Authorization: Bearer KEY` or `X-API-Key: KEY`.
package enum PresentedKey: Sendable, Hashable {
    case none
    case one([UInt8])
    /// Two different keys: which of them counts must not depend on who reads the request (two of the same are one).
    case conflicting

    /// - Parameters:
    ///   - authorizations: the values of all `Authorization` fields; other schemes than Bearer are not ours.
    ///   - keys: the values of all `X-API-Key` fields.
    package init(authorizations: [String], keys: [String]) {
        var found = authorizations.compactMap { AuthorizationField.bearer($0).map(String.init) }
        found += keys.map { String($0.trimmingHTTPSpace) }
        found.removeAll { $0.isEmpty }
        guard let first = found.first else {
            self = .none
            return
        }
        self = found.allSatisfy({ $0.isExactly(first) }) ? .one(Array(first.utf8)) : .conflicting
    }

    package init(_ headers: HTTPFields) {
        self.init(authorizations: headers[values: .authorization], keys: headers[values: .xAPIKey])
    }
}
