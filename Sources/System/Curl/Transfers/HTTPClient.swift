/// Sends requests through one libcurl multi handle on a thread of its own.
///
/// Connections are pooled and were all opened under the one `AddressPolicy`: another policy needs another client. Redirects
/// are not followed, proxies of the environment are ignored, certificates are verified, answers are not decompressed.
///
/// Concurrency: callable from anywhere. Requests go to the thread through a `Mutex`; completions run on the thread and must
/// not block it. The thread ends with `shutdown()` or with the last reference.
package final class HTTPClient: Sendable {
    package let policy: AddressPolicy
    private let mailbox: TransferMailbox

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - connectTimeout: bound of resolution, connect and TLS handshake together, within each request's own timeout.
    ///   - certificateFile: a PEM file of roots instead of the system's.
    ///   - resolutions: names with their addresses, `HOST:PORT:ADDRESS,ADDRESS`, instead of asking the resolver; the policy
    ///     judges these addresses like any other.
    package init(
        policy: AddressPolicy = AddressPolicy(), connectTimeout: Duration = .seconds(5), certificateFile: String? = nil,
        resolutions: [String] = []
    ) {
        self.policy = policy
        mailbox = TransferLoop.start(
            configuration: .init(
                policy: policy, connectTimeout: connectTimeout, certificateFile: certificateFile, resolutions: resolutions))
    }

    deinit { mailbox.close() }

    /// Sends and waits for the whole answer; any status is an answer. Cancelling the task ends the transfer.
    package func send(_ request: OutgoingRequest) async throws(TransferError) -> IncomingResponse {
        let id = mailbox.nextID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                mailbox.submit(request, id: id) { continuation.resume(returning: $0) }
                // A cancellation that came before the request found nothing to end.
                if Task.isCancelled { mailbox.cancel(id) }
            }
        } onCancel: {
            mailbox.cancel(id)
        }
        return try result.get()
    }

    /// Sends without a task; `completion` runs exactly once, on the client's thread or, after `shutdown()`, on the caller's.
    package func submit(_ request: OutgoingRequest, completion: @escaping @Sendable (Result<IncomingResponse, TransferError>) -> Void) {
        mailbox.submit(request, id: mailbox.nextID(), completion: completion)
    }

    /// Ends the thread; what is under way completes with `.closed`, as does all that comes later.
    package func shutdown() {
        mailbox.close()
    }
}
