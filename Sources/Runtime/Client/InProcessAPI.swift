import HTTPTypes
package import Logging
package import Values

/// The endpoints, called without a socket: what the command line does on a state file.
///
/// There is no token to check, because who can open the state file may do everything; records name `principal` as the
/// actor.
package struct InProcessAPI: ManagementAPI {
    private var routes = RouteTable<Endpoint>()
    private let principal: Principal
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger

    package init(endpoints: [Endpoint], principal: Principal, clock: @escaping @Sendable () -> Timestamp, logger: Logger) {
        for endpoint in endpoints { routes.add(endpoint.method, endpoint.path, endpoint) }
        self.principal = principal
        self.clock = clock
        self.logger = logger
    }

    package func send(_ request: ManagementRequest) async throws(ManagementFailure) -> ManagementAnswer {
        guard case .handler(let endpoint, _, let parameters) = routes.match(request.method, request.path) else {
            return ManagementAnswer(APIError.notFound("route_not_found", "there is nothing at \(request.path)").reply)
        }
        let call = Call(
            method: request.method, path: parameters.mapValues { PercentEncoding.decode($0) ?? $0 }, query: request.query,
            headers: request.body == nil ? [:] : [.contentType: MediaType.json],
            body: request.body?.utf8 ?? [], principal: principal, now: clock(), requestID: "local", logger: logger)
        do {
            try call.checkWorkspaceFilter()
            return ManagementAnswer(try await endpoint.handle(call))
        } catch let error as APIError {
            return ManagementAnswer(error.reply)
        } catch {
            throw ManagementFailure(status: nil, code: nil, message: "\(error)")
        }
    }
}

extension ManagementAnswer {
    init(_ reply: Reply) {
        status = reply.status.code
        if case .json(let json) = reply.content { body = json } else { body = nil }
    }
}
