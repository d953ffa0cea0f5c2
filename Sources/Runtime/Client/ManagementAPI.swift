package import HTTPTypes
package import Values

/// The management API as a program uses it: in this process on a state file, or over HTTP at a running server.
///
/// Both answer the same, because both end in the same endpoints.
package protocol ManagementAPI: Sendable {
    /// Sends one request; the answer may be any status.
    func send(_ request: ManagementRequest) async throws(ManagementFailure) -> ManagementAnswer
}

package struct ManagementRequest: Sendable {
    package var method: HTTPRequest.Method
    /// Absolute, with the parameters filled in: `/api/integrations/api-keys/key_…`.
    package var path: String
    package var query: [(name: String, value: String)]
    package var body: JSON?

    package init(_ method: HTTPRequest.Method, _ path: String, query: [(name: String, value: String)] = [], body: JSON? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }
}

package struct ManagementAnswer: Sendable {
    package var status: Int
    /// Null where the answer has none.
    package var body: JSON

    package init(status: Int, body: JSON) {
        self.status = status
        self.body = body
    }
}

/// Why there is no answer, or not the hoped one.
package struct ManagementFailure: Error, Sendable, CustomStringConvertible {
    /// The status of the answer; nil where none came.
    package var status: Int?
    /// The stable code of the answer's error.
    package var code: String?
    package var message: String

    package init(status: Int?, code: String?, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

extension ManagementAPI {
    /// The body of a successful answer; any other becomes a failure with the server's own words.
    package func json(_ request: ManagementRequest) async throws(ManagementFailure) -> JSON {
        let answer = try await send(request)
        guard (200..<300).contains(answer.status) else {
            let details = (answer.body["details"]?.array ?? []).compactMap { detail in
                detail["field"]?.string.flatMap { field in detail["message"]?.string.map { "\n  \(field) \($0)" } }
            }
            throw ManagementFailure(
                status: answer.status, code: answer.body["code"]?.string,
                message: (answer.body["message"]?.string ?? "the server answered \(answer.status)")
                    + (details.count > 1 ? details.joined() : ""))
        }
        return answer.body
    }

    /// The items of a list, page by page.
    package func list(_ path: String, query: [(name: String, value: String)] = [], atMost limit: Int = 1000) async throws(ManagementFailure)
        -> Listing
    {
        var listing = Listing(items: [])
        repeat {
            let size = min(200, limit - listing.items.count)
            let cursor = listing.nextCursor.map { [(name: "cursor", value: $0)] } ?? []
            let page = try await json(ManagementRequest(.get, path, query: query + [("limit", String(size))] + cursor))
            listing.items += page["data"]?.array ?? []
            listing.nextCursor = page["nextCursor"]?.string
        } while listing.nextCursor != nil && listing.items.count < limit
        return listing
    }
}
