import HTTPTypes
import Hummingbird
import NIOCore
import Values

/// Brings one endpoint and one request together.
struct EndpointHandler: Sendable {
    let endpoint: Endpoint
    let gate: Gate
    let forwarding: ForwardedAddress
    let slots: ListSlots
    let answers: AnswersInFlight
    let clock: @Sendable () -> Timestamp

    func respond(to request: Request, parameters: [String: String], context: APIContext) async throws -> Response {
        var call = Call(
            method: request.method, path: try Self.decoded(parameters), query: FormEncoding.fields(of: request.uri.query ?? ""),
            headers: request.headers,
            clientAddress: forwarding.clientAddress(peer: context.peer?.ipAddress.flatMap { IPAddress($0) }, headers: request.headers),
            now: clock(), requestID: context.requestID, logger: context.logger)
        call.isAbandoned = { [channel = context.channel] in !channel.isActive }
        // Whether the caller may ask is decided before a byte of the body is awaited.
        let (principal, admission) = try await gate.admit(call, to: endpoint.access)
        call.principal = principal
        do {
            call.body = try await body(of: request, context)
            var reply = try await answer(to: call)
            for field in admission { reply.headers[field.name] = field.value }
            // Nobody is left to read it, so it is not even written out.
            guard !call.isAbandoned() else { return Response(status: .serviceUnavailable) }
            return answers.response(reply, to: principal, over: context.channel)
        } catch {
            var reply = APIResponder.reply(for: error, logger: context.logger)
            for field in admission { reply.headers[field.name] = field.value }
            return Response(reply)
        }
    }

    private func answer(to call: Call) async throws -> Reply {
        try call.checkWorkspaceFilter()
        guard endpoint.isList else { return try await endpoint.handle(call) }
        return try await slots.run(for: Principal.share(of: call.principal)) {
            // Who went away while waiting costs nothing more.
            guard !call.isAbandoned() else { return Reply(.serviceUnavailable) }
            return try await endpoint.handle(call)
        }
    }

    private func body(of request: Request, _ context: APIContext) async throws -> [UInt8] {
        guard endpoint.body != nil else { return [] }
        let tooLarge = APIError(
            .contentTooLarge, code: "body_too_large", message: "the body is longer than \(endpoint.maximumBodyBytes) bytes")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > endpoint.maximumBodyBytes { throw tooLarge }
        if request.headers.contains(.expect) { context.channel.triggerUserOutboundEvent(RequestBodyAwaited(), promise: nil) }
        var bytes: [UInt8] = []
        for try await chunk in request.body {
            guard bytes.count + chunk.readableBytes <= endpoint.maximumBodyBytes else { throw tooLarge }
            bytes += chunk.readableBytesView
        }
        if bytes.isEmpty, !endpoint.isBodyOptional {
            throw APIError(.badRequest, code: "body_missing", message: "this takes a JSON body")
        }
        return bytes
    }

    private static func decoded(_ parameters: [String: String]) throws(APIError) -> [String: String] {
        var decoded: [String: String] = [:]
        for (name, value) in parameters {
            guard let value = PercentEncoding.decode(value) else {
                throw .notFound("route_not_found", "the address is not properly percent-encoded")
            }
            decoded[name] = value
        }
        return decoded
    }
}
