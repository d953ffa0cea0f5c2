import Foundation
import HTTPTypes
package import Logging
package import Spec

/// The endpoints, called without a socket: what the command line does on a state file.
///
/// There is no token to check, because who can open the state file may do everything; records name `principal` as the
/// actor.
package struct InProcessAPI: ManagementAPI {
    private let endpoints: [Endpoint]
    private let principal: Principal
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger

    package init(endpoints: [Endpoint], principal: Principal, clock: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.endpoints = endpoints
        self.principal = principal
        self.clock = clock
        self.logger = logger
    }

    package func send(_ request: ManagementRequest) async throws(ManagementFailure) -> ManagementAnswer {
        guard let (endpoint, parameters) = find(request) else {
            return ManagementAnswer(APIError.notFound("route_not_found", "there is nothing at \(request.path)").reply)
        }
        let call = Call(
            method: request.method, path: parameters, query: request.query,
            headers: request.body == nil ? [:] : [.contentType: "application/json"],
            body: request.body?.utf8 ?? [], principal: principal, now: clock(), requestID: "local", logger: logger)
        do {
            return ManagementAnswer(try await endpoint.handle(call))
        } catch let error as APIError {
            return ManagementAnswer(error.reply)
        } catch {
            throw ManagementFailure(status: nil, code: nil, message: "\(error)")
        }
    }

    /// The endpoint of a path; a literal segment wins over a parameter.
    private func find(_ request: ManagementRequest) -> (Endpoint, [String: String])? {
        let segments = request.path.split(separator: "/")
        let candidates = endpoints.filter { $0.method == nil || $0.method == request.method }.compactMap { endpoint in
            Self.match(endpoint.path.split(separator: "/"), segments).map { (endpoint, $0) }
        }
        return candidates.min { $0.1.count < $1.1.count }
    }

    private static func match(_ pattern: [Substring], _ segments: [Substring]) -> [String: String]? {
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (expected, actual) in zip(pattern, segments) {
            if expected.hasPrefix("{") {
                parameters[String(expected.dropFirst().dropLast())] = String(actual).removingPercentEncoding ?? String(actual)
            } else if expected != actual {
                return nil
            }
        }
        return parameters
    }
}

extension ManagementAnswer {
    init(_ reply: Reply) {
        status = reply.status.code
        if case .json(let json) = reply.content { body = json } else { body = nil }
    }
}
