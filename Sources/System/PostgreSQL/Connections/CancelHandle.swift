import CPostgreSQL
import Glibc

/// Asks the server to stop what a connection is doing, from any thread.
///
/// Concurrency: immutable; PQcancel "is read-only as far as the PGcancel object is concerned, so it can also be invoked from a thread that is
/// separate from the one manipulating the PGconn object" (https://www.postgresql.org/docs/15/libpq-cancel.html).
@safe package final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer

    @unsafe init(taking handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe PQfreeCancel(handle)
    }

    /// Sends the request over a connection of its own and returns when the server has taken it; false where it could not be sent.
    ///
    /// "Successful dispatch is no guarantee that the request will have any effect": where it has, the statement ends with 57014.
    /// It blocks, without a deadline but those of TCP, and libpq 15 sends it without TLS: what can be read on the way is a number
    /// that cancels statements of this connection.
    @discardableResult package func cancel() -> Bool {
        var pipe = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        // PQcancel writes without MSG_NOSIGNAL: a server that closes at once would end the process.
        unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer {
            var now = timespec()
            if unsafe sigismember(&before, SIGPIPE) == 0 { while unsafe sigtimedwait(&pipe, nil, &now) == SIGPIPE {} }
            unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        var text = [CChar](repeating: 0, count: 256)
        return unsafe PQcancel(handle, &text, CInt(text.count)) == 1
    }
}
