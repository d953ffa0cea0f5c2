package import HTTPTypes
package import Logging
import Spec
package import Values

/// One request, read and authenticated, on its way to an endpoint.
package struct Call: Sendable {
    package var method: HTTPRequest.Method
    /// Path parameters by name, percent-decoded.
    package var path: [String: String]
    /// Query parameters in order, decoded; a name may stand more than once.
    package var query: [(name: String, value: String)]
    package var headers: HTTPFields
    package var body: [UInt8]
    /// Nil for an endpoint that anybody may call.
    package var principal: Principal?
    /// The sender's address, taken from `X-Forwarded-For` where a trusted proxy wrote it; nil in tests without a socket.
    package var clientAddress: IPAddress?
    package var now: Timestamp
    package var requestID: String
    package var logger: Logger
    /// Whether the connection that would take the answer is closed, so that work on it is in vain.
    package var isAbandoned: @Sendable () -> Bool = { false }

    package init(
        method: HTTPRequest.Method, path: [String: String] = [:], query: [(name: String, value: String)] = [],
        headers: HTTPFields = [:], body: [UInt8] = [], principal: Principal? = nil, clientAddress: IPAddress? = nil,
        now: Timestamp, requestID: String = "test", logger: Logger = Logger(label: "reconcile.test")
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.principal = principal
        self.clientAddress = clientAddress
        self.now = now
        self.requestID = requestID
        self.logger = logger
    }
}

extension Call {
    /// Who records name as the actor.
    package var actor: String { principal?.subject ?? "anonymous" }

    /// The first query parameter of that name.
    package func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The workspace that a read is bound to; nil for an admin of all who names none with `?workspaceId=`.
    package var workspaceFilter: String? {
        switch principal?.workspace {
        case .one(let own): own.text
        case .all: query("workspaceId")
        case nil: nil
        }
    }

    /// Refuses `?workspaceId=` with U+0000, which no state can even be asked about.
    func checkWorkspaceFilter() throws(APIError) {
        guard principal?.workspace == .all, let problem = query("workspaceId").flatMap(Fields.nulProblem) else { return }
        throw .invalid("workspaceId", problem)
    }

    /// The workspace that a write goes to; an admin of all names it with `?workspaceId=`.
    package func workspace() throws(APIError) -> String {
        guard let workspace = workspaceFilter else {
            throw .invalid("workspaceId", "is needed with a token for all workspaces: add ?workspaceId=NAME")
        }
        return workspace
    }

    /// Whether an admin asked to change what a manifest declares.
    package func overrides() throws(APIError) -> Bool {
        guard query("override") == "true" else { return false }
        guard principal?.role == .admin else {
            throw APIError(.forbidden, code: "admin_required", message: "overriding a manifest takes a token with role admin")
        }
        return true
    }

    /// The path parameter as an id; an id of another form is as unknown as one that nobody has.
    package func id<Kind: Identified>(_ name: String = "id", as kind: Kind.Type = Kind.self, orThrow missing: APIError) throws(APIError)
        -> Identifier<Kind>
    {
        guard let text = path[name], let id = Identifier<Kind>(text) else { throw missing }
        return id
    }

    /// The body as JSON; an empty body reads as an empty object where the endpoint allows one.
    package func json(refusesUnsafeIntegers: Bool = false) throws(APIError) -> JSON {
        if body.isEmpty { return [:] }
        if let type = headers[.contentType], !MediaType.isJSON(type) {
            throw APIError(
                .unsupportedMediaType, code: "unsupported_media_type", message: "send the body as Content-Type: application/json")
        }
        do {
            return try JSON(parsing: body, refusesUnsafeIntegers: refusesUnsafeIntegers)
        } catch {
            if case .unsafeInteger(let path) = error.reason {
                throw .invalid(path, "is an integer beyond 2^53, whose digits JavaScript would change: send it as a string")
            }
            throw APIError(.badRequest, code: "invalid_json", message: "the body is not JSON: \(error)")
        }
    }
}
