import CCurl
import Glibc

/// The thread behind an `HTTPClient`: owns the multi handle, the easy handles and the transfers under way.
///
/// Concurrency: made by `start`, then touched by its own thread alone.
@safe final class TransferLoop {
    struct Configuration: Sendable {
        let policy: AddressPolicy
        let connectTimeout: Duration
        let certificateFile: String?
        let resolutions: [String]
    }

    private let configuration: Configuration
    private let multi: UnsafeMutableRawPointer
    private let mailbox: TransferMailbox
    private var underWay: [UInt64: Transfer] = [:]
    /// Easy handles at rest: a reset one keeps its buffers.
    private var idle: [EasyHandle] = []

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// Starts the thread and returns what leads to it.
    static func start(configuration: Configuration) -> TransferMailbox {
        precondition(isLibraryReady, "libcurl does not initialise")
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory for a multi handle") }
        _ = unsafe curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 512)
        let mailbox = TransferMailbox(multi: unsafe .init(multi: multi))
        let loop = unsafe TransferLoop(configuration: configuration, multi: multi, mailbox: mailbox)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(loop).toOpaque()
        let failure = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context {
                    let loop = unsafe Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue()
                    loop.run()
                }
                return nil
            }, context)
        precondition(failure == 0, "the system gives no thread for outgoing requests")
        pthread_detach(thread)
        return mailbox
    }

    private init(configuration: Configuration, multi: UnsafeMutableRawPointer, mailbox: TransferMailbox) {
        self.configuration = configuration
        unsafe self.multi = unsafe multi
        self.mailbox = mailbox
    }

    private func run() {
        while true {
            let mail = mailbox.take()
            if mail.isClosing {
                close(refusing: mail.jobs)
                return
            }
            for job in mail.jobs { start(job) }
            for id in mail.cancelled { cancel(id) }
            var running: CInt = 0
            _ = unsafe curl_multi_perform(multi, &running)
            collect()
            // Sleeps until a socket, a timer of libcurl's or a wake-up; the bound is no poll, only a limit of the call.
            var descriptors: CInt = 0
            _ = unsafe curl_multi_poll(multi, nil, 0, 60_000, &descriptors)
        }
    }

    private func start(_ job: TransferMailbox.Job) {
        let handle = idle.popLast() ?? EasyHandle()
        let transfer = Transfer(job: job, policy: configuration.policy, handle: handle)
        if let problem = transfer.prepare(configuration) {
            recycle(handle)
            job.completion(.failure(problem))
            return
        }
        guard unsafe handle.join(multi: multi) else {
            recycle(handle)
            job.completion(.failure(TransferError(.invalidRequest, "libcurl refuses the request")))
            return
        }
        underWay[job.id] = transfer
    }

    private func cancel(_ id: UInt64) {
        guard let transfer = underWay.removeValue(forKey: id) else { return }
        unsafe transfer.handle.leave(multi: multi)
        recycle(transfer.handle)
        transfer.complete(.failure(TransferError(.cancelled, "cancelled")))
    }

    private func collect() {
        var left: CInt = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else { continue }
            let code = unsafe curl_message_result(message)
            guard let transfer = unsafe Transfer.of(easy) else { continue }
            underWay[transfer.id] = nil
            let result = transfer.result(code)
            unsafe transfer.handle.leave(multi: multi)
            recycle(transfer.handle)
            transfer.complete(result)
        }
    }

    private func recycle(_ handle: EasyHandle) {
        guard idle.count < 256 else { return }
        handle.reset()
        idle.append(handle)
    }

    private func close(refusing jobs: [TransferMailbox.Job]) {
        mailbox.withdrawHandle()
        let closed = Result<IncomingResponse, TransferError>.failure(TransferError(.closed, "the client is closed"))
        for transfer in underWay.values {
            unsafe transfer.handle.leave(multi: multi)
            transfer.complete(closed)
        }
        underWay.removeAll()
        idle.removeAll()
        for job in jobs { job.completion(closed) }
        _ = unsafe curl_multi_cleanup(multi)
    }
}
