import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Store
import Synchronization
import Values

/// Answers requests from the list of endpoints: finds the one, admits the caller, reads the body, shapes the answer.
///
/// Every answer carries `X-Request-Id`: the caller's own where it is a plain one, else a new one.
struct APIResponder: HTTPResponder {
    typealias Context = APIContext

    private var routes = RouteTable<EndpointHandler>()

    init(endpoints: [Endpoint], gate: Gate, forwarding: ForwardedAddress, clock: @escaping @Sendable () -> Timestamp) {
        let (slots, answers) = (ListSlots(), AnswersInFlight())
        for endpoint in endpoints {
            let handler = EndpointHandler(
                endpoint: endpoint, gate: gate, forwarding: forwarding, slots: slots, answers: answers, clock: clock)
            routes.add(endpoint.method, endpoint.path, handler)
        }
    }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.requestID = Self.requestID(request.headers[.xRequestID])
        context.logger[metadataKey: "request.id"] = "\(context.requestID)"
        var (response, path) = await answer(request, context)
        response.headers[.xRequestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if request.method == .head { response = response.createHeadResponse() }
        let level: Logger.Level = response.status.code >= 500 ? .error : path?.hasPrefix("/auth/check") == true ? .debug : .info
        context.logger.log(
            level: level, "\(request.method) \(path ?? "(no route)") \(response.status.code)",
            metadata: ["duration.ms": "\((ContinuousClock.now - start).milliseconds)"])
        return response
    }

    /// The answer, with the path as the endpoint declares it.
    private func answer(_ request: Request, _ context: APIContext) async -> (Response, path: String?) {
        // `OPTIONS *` asks about the server as a whole (RFC 9110 § 9.3.7).
        if request.method == .options, request.head.path == "*" {
            return (Response(Reply(.noContent, headers: [.allow: Self.knownMethods])), nil)
        }
        switch routes.match(request.method, request.uri.path) {
        case .handler(let handler, let path, let parameters):
            do {
                return (try await handler.respond(to: request, parameters: parameters, context: context), path)
            } catch {
                return (Response(Self.reply(for: error, logger: context.logger)), path)
            }
        case .otherMethods(let methods, let path):
            let allowed: HTTPFields = [.allow: methods.joined(separator: ", ")]
            if request.method == .options { return (Response(Reply(.noContent, headers: allowed)), path) }
            let error = APIError(
                .methodNotAllowed, code: "method_not_allowed", message: "this address takes \(methods.joined(separator: ", "))",
                headers: allowed)
            return (Response(error.reply), path)
        case .nothing:
            let error = APIError.notFound("route_not_found", "there is nothing at this address; /openapi.json lists what there is")
            return (Response(error.reply), nil)
        }
    }

    private static let knownMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

    /// The one place that says how a failure looks on the wire.
    static func reply(for error: any Error, logger: Logger) -> Reply {
        switch error {
        case let error as APIError:
            return error.reply
        case let error as StoreError where [.locked, .full, .inaccessible, .unavailable, .fenced].contains(error.code):
            // A line a second, whatever comes in meanwhile.
            if let unsaid = stateFailures.withLock({ $0.next(at: .now) }) {
                logger.error("the state cannot be used", metadata: ["error": "\(error)", "unsaid": "\(unsaid)"])
            }
            guard !error.isUndecided else {
                // Nothing that invites a client to repeat it by itself.
                return APIError(
                    .serviceUnavailable, code: "state_unavailable",
                    message: """
                        the state's database did not say whether this was done: look before you ask for it again; an event with an \
                        id can be sent again
                        """
                ).reply
            }
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

    private static let stateFailures = Mutex(SparseLines(pause: .seconds(1)))

    /// The caller's own where it is a plain one, else a new one.
    static func requestID(_ given: String?) -> String {
        if let given, (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ byte in
                byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
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
