import Testing

@testable import IntegrationRuntime

struct LogBacklogTests {
    private func line(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x61, count: count) }

    @Test func `lines are taken in order and once`() {
        var backlog = LogBacklog()
        backlog.append([1])
        backlog.append([2])
        let batch = backlog.take()
        #expect(batch?.lines == [[1], [2]])
        #expect(batch?.dropped == 0)
        #expect(backlog.take() == nil)
    }

    @Test func `what does not fit in lines or bytes is dropped and counted`() {
        var backlog = LogBacklog()
        for _ in 0..<LogBacklog.maximumLines + 3 { backlog.append([1]) }
        #expect(backlog.take()?.dropped == 3)
        backlog.append(line(LogBacklog.maximumBytes))
        backlog.append([1])
        let batch = backlog.take()
        #expect(batch?.lines.count == 1)
        #expect(batch?.dropped == 1)
        // What was taken makes room.
        backlog.append(line(LogBacklog.maximumBytes))
        #expect(backlog.take()?.dropped == 0)
    }

    @Test func `a count that could not be told is told later, with those that came since`() {
        var backlog = LogBacklog()
        backlog.giveBack(dropped: 5)
        #expect(backlog.isEmpty)
        backlog.append([1])
        let batch = backlog.take()
        #expect(batch?.lines == [[1]])
        #expect(batch?.dropped == 5)
    }
}
