import NIOCore
import NIOHTTPTypes

/// A request and its answer on their way through a connection.
struct Exchange {
    let head: RequestHead
    let began: NIODeadline
    /// The whole request has come.
    var isReceived = false
    var bodyBytes: Int64 = 0
    /// 100 has been sent.
    var isContinued = false
    /// The connection ends with this answer.
    var closes = false
    /// An answer that waits for the end of the request.
    var held: [(part: HTTPResponsePart, promise: EventLoopPromise<Void>?)] = []

    init(_ head: RequestHead, at now: NIODeadline) {
        self.head = head
        began = now
    }

    /// Whether an answer that is given now waits for the end of the request.
    var waitsForBody: Bool {
        guard !isReceived, !closes, !head.expectsContinue || isContinued else { return false }
        if case .length(let length) = head.body { return length <= HTTPConnectionLimits.maximumUnreadBytes }
        return bodyBytes <= HTTPConnectionLimits.maximumUnreadBytes
    }

    /// Whether an answer that goes out now must be the last of the connection.
    var endsConnection: Bool { !head.persists || !isReceived || (head.expectsContinue && !isContinued) }
}
