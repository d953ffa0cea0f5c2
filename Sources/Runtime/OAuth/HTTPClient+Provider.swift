package import Curl

extension HTTPClient: HTTPSender {
    package func send(_ request: ProviderRequest) async throws(ProviderCallError) -> ProviderResponse {
        let outgoing = OutgoingRequest(
            method: request.method, url: request.url, headers: request.headers, body: request.body.map { Array($0.utf8) },
            timeout: request.timeout, maximumBodyBytes: request.maximumResponseBytes, overflow: .fails)
        do throws(TransferError) {
            let response = try await send(outgoing)
            return ProviderResponse(status: response.status, headers: response.headers, body: response.body)
        } catch {
            throw ProviderCallError(mayHaveArrived: error.mayHaveArrived, message: error.message)
        }
    }
}

extension TransferError {
    /// Whether the peer may have acted: everything that fails before a connection stands says no.
    fileprivate var mayHaveArrived: Bool {
        switch kind {
        case .invalidRequest, .dns, .connectionRefused, .tls, .refusedByGuard: false
        case .connectionReset, .timeout, .bodyTooLarge, .headersTooLarge, .protocolViolation, .cancelled, .closed: true
        }
    }
}
