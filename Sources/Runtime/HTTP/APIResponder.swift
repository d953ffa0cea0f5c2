import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Spec
import Store

/// Answers requests from the list of endpoints: finds the one, admits the caller, reads the body, shapes the answer.
///
/// Every answer carries `X-Request-Id`: the caller's own where it is a plain one, else a new one.
struct APIResponder: HTTPResponder {
    typealias Context = APIContext

    private let routes: RouterResponder<APIContext>
    /// The same paths for every method, answering 405 with what would have been allowed.
    private let otherMethods: RouterResponder<APIContext>

    init(endpoints: [Endpoint], gate: Gate, forwarding: ForwardedAddress, clock: @escaping @Sendable () -> Timestamp) {
        let router = Router(context: APIContext.self)
        let fallback = Router(context: APIContext.self)
        let (slots, answers) = (ListSlots(), AnswersInFlight())
        for (path, group) in Dictionary(grouping: endpoints, by: \.path) {
            let route = RouterPath(stringLiteral: Self.routerPath(path))
            for endpoint in group {
                let handler = EndpointHandler(
                    endpoint: endpoint, gate: gate, forwarding: forwarding, slots: slots, answers: answers, clock: clock)
                for method in endpoint.method.map({ [$0] }) ?? Self.allMethods {
                    router.on(route, method: method) { request, context in
                        try await handler.respond(to: request, context: context)
                    }
                }
            }
            let allowed = group.compactMap { $0.method?.rawValue }.sorted().joined(separator: ", ")
            fallback.on(route, method: .get) { _, _ in
                Response(
                    APIError(
                        .methodNotAllowed, code: "method_not_allowed", message: "this address takes \(allowed)",
                        headers: [.allow: allowed]
                    ).reply)
            }
        }
        routes = router.buildResponder()
        otherMethods = fallback.buildResponder()
    }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.requestID = Self.requestID(request.headers[.xRequestID])
        context.logger[metadataKey: "request.id"] = "\(context.requestID)"
        var response = await answer(request, context)
        response.headers[.xRequestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if request.method == .head { response = response.createHeadResponse() }
        let level: Logger.Level =
            response.status.code >= 500 ? .error : context.endpointPath?.hasPrefix("/auth/check") == true ? .debug : .info
        context.logger.log(
            level: level, "\(request.method) \(context.endpointPath ?? "(no route)") \(response.status.code)",
            metadata: ["duration.ms": "\((ContinuousClock.now - start).milliseconds)"])
        return response
    }

    private func answer(_ request: Request, _ context: APIContext) async -> Response {
        do {
            return try await routes.respond(to: request, context: context)
        } catch let error as HTTPError where error.status == .notFound {
            return await unroutable(request, context)
        } catch {
            return Response(Self.reply(for: error, logger: context.logger))
        }
    }

    private func unroutable(_ request: Request, _ context: APIContext) async -> Response {
        var head = request.head
        head.method = .get
        if let response = try? await otherMethods.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), context: context),
            response.status == .methodNotAllowed
        {
            return response
        }
        return Response(APIError.notFound("route_not_found", "there is nothing at this address; /openapi.json lists what there is").reply)
    }

    /// The one place that says how a failure looks on the wire.
    static func reply(for error: any Error, logger: Logger) -> Reply {
        switch error {
        case let error as APIError:
            return error.reply
        case let error as StoreError where error.code == .locked || error.code == .full || error.code == .inaccessible:
            logger.error("the state cannot be used", metadata: ["error": "\(error)"])
            return APIError(
                .serviceUnavailable, code: "state_unavailable", message: "the state cannot be written now; try again",
                headers: [.retryAfter: "1"]
            ).reply
        default:
            logger.error("a request failed", metadata: ["error": "\(error)"])
            return APIError(
                .internalServerError, code: "internal", message: "something went wrong here; the log has the request id"
            ).reply
        }
    }

    private static func routerPath(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasSuffix("...}") ? "**" : String($0) }
            .joined(separator: "/")
    }

    private static let allMethods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// The caller's own where it is a plain one, else a new one.
    static func requestID(_ given: String?) -> String {
        if let given, (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            })
        {
            return given
        }
        return String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }
}

extension Response {
    init(_ reply: Reply) {
        var headers = reply.headers
        switch reply.content {
        case .none:
            self.init(status: reply.status, headers: headers)
        case .json(let json):
            self.init(reply, json: ResponseBody(byteBuffer: ByteBuffer(bytes: json.utf8)))
        case .html(let page):
            headers[.contentType] = "text/html; charset=utf-8"
            self.init(status: reply.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
        case .text(let text, let mediaType):
            headers[.contentType] = mediaType
            self.init(status: reply.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// - Parameter json: the content, written out.
    init(_ reply: Reply, json: ResponseBody) {
        var headers = reply.headers
        headers[.contentType] = "application/json"
        self.init(status: reply.status, headers: headers, body: json)
    }
}
