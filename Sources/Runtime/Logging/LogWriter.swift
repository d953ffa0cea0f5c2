import Dispatch
package import Files
import Foundation
import Logging
import Synchronization
import Values

/// Writes log lines from a thread of its own, so that a slow or full log holds up no request and ends nothing.
///
/// Lines wait in a bounded backlog. Those that do not fit, and those that the system refuses to write, are dropped and
/// counted; the first line that is written again says how many: `{"message": "log lines were dropped", "count": N}`. While
/// some are untold the writer tries again after 1, 2, 4 and then every 5 seconds, and with each new line.
///
/// Concurrency: callable from anywhere. The backlog is behind a mutex that is held for an append or a swap; only the thread
/// writes, and only it may block.
package final class LogWriter: Sendable {
    private let stream: StandardStream
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    private struct State {
        var backlog = LogBacklog()
        var hasThread = false
        /// Whether the thread is at work, and will look at the backlog again before it sleeps.
        var isAwake = false
    }

    package static let standardError = LogWriter(.errors)

    package init(_ stream: StandardStream) {
        self.stream = stream
    }

    /// Takes a line with its line break; never waits.
    package func write(_ line: [UInt8]) {
        let (starts, wakes) = state.withLock { state in
            state.backlog.append(line)
            defer { (state.hasThread, state.isAwake) = (true, true) }
            return (!state.hasThread, !state.isAwake)
        }
        if starts { Thread.detachNewThread { self.run() } }
        if wakes { work.signal() }
    }

    /// Returns when everything that was taken before has been written or dropped, or when the time is over.
    package func flush(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while state.withLock({ $0.isAwake }), ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    private func run() -> Never {
        var failures = 0
        var isInLine = false
        while true {
            let batch = state.withLock { state in
                let batch = state.backlog.take()
                state.isAwake = batch != nil
                return batch
            }
            guard let batch else {
                work.wait()
                continue
            }
            let dropped = write(batch, isInLine: &isInLine)
            guard dropped > 0 else {
                failures = 0
                continue
            }
            let sleeps = state.withLock { state in
                state.backlog.giveBack(dropped: dropped)
                state.isAwake = !state.backlog.isEmpty
                return !state.isAwake
            }
            if sleeps { _ = work.wait(timeout: .now() + .seconds(min(5, 1 << failures))) }
            failures = min(failures + 1, 3)
        }
    }

    /// Writes a batch and returns how many lines are lost with it, those untold before among them.
    ///
    /// - Parameter isInLine: whether the last write ended inside a line, which the next one then ends.
    private func write(_ batch: LogBacklog.Batch, isInLine: inout Bool) -> Int {
        var lines = batch.lines
        if batch.dropped > 0 {
            let count = [("count", JSON.integer(batch.dropped))]
            lines.insert(JSONLineLogHandler.line(.warning, "log lines were dropped", label: "reconcile", count), at: 0)
        }
        let head: [UInt8] = isInLine ? [UInt8(ascii: "\n")] : []
        let (written, failure) = stream.write(head + lines.joined())
        guard failure != nil else {
            isInLine = false
            return 0
        }
        if written > 0 { isInLine = written > head.count }
        var left = max(0, written - head.count)
        var lost = 0
        for (index, line) in lines.enumerated() {
            if left >= line.count {
                left -= line.count
                if left == 0 { isInLine = false }
                continue
            }
            left = 0
            lost += index == 0 && batch.dropped > 0 ? batch.dropped : 1
        }
        return lost
    }
}
