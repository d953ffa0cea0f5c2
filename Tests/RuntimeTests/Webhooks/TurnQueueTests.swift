import Testing

@testable import IntegrationRuntime

struct TurnQueueTests {
    @Test func `owners take turns, each with its oldest first`() {
        var queue = TurnQueue<String, Int>()
        for (owner, number) in [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5)] { queue.append(number, of: owner) }
        #expect(queue.count(of: "a") == 4)
        #expect(queue.take(atMost: 3) == [1, 5, 2])
        #expect(queue.count == 2)
        #expect(queue.take(atMost: 9) == [3, 4])
        #expect(queue.isEmpty)
        queue.append(6, of: "a")
        #expect(queue.take(atMost: 1) == [6])
    }

    @Test func `what is removed comes no more, and its owner keeps its turns`() {
        var queue = TurnQueue<String, Int>()
        for number in 1...3 { queue.append(number, of: "a") }
        #expect(queue.removeFirst(of: "a") { $0 == 2 } == 2)
        #expect(queue.removeFirst(of: "a") { $0 == 2 } == nil)
        #expect(queue.removeFirst(of: "b") { _ in true } == nil)
        #expect(queue.take(atMost: 9) == [1, 3])
        queue.append(4, of: "a")
        #expect(queue.removeFirst(of: "a") { _ in true } == 4)
        #expect(queue.isEmpty && queue.take(atMost: 1) == [])
        queue.append(5, of: "a")
        #expect(queue.take(atMost: 1) == [5])
    }
}
