import CPostgreSQL

/// Takes what the server says beside results instead of libpq, which would write it to standard error.
///
/// A message that ends the session while no statement runs comes as a notice ("An ERROR is very possibly the backend telling us why
/// it is about to close the connection", fe-protocol3.c); it is kept, for the read that follows finds only that the connection is gone.
final class NoticeRecord {
    private(set) var failure: PostgresError?

    /// The connection must not live longer than the record.
    @unsafe func receive(from connection: OpaquePointer) {
        unsafe PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context = unsafe context, let result = unsafe result else { return }
                unsafe Unmanaged<NoticeRecord>.fromOpaque(context).takeUnretainedValue().note(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    @unsafe private func note(_ result: OpaquePointer) {
        let error = unsafe PostgresError(result: result, index: nil)
        if error.code == .connectionLost { failure = error }
    }
}
