import CLI
import Synchronization
import Testing

struct ProgressLineTests {
    /// What stands on a terminal in the end, and all that was written to it.
    private final class Screen: Sendable {
        let written = Mutex("")
        var console: Console { Console(isTerminal: true) { text in self.written.withLock { $0 += text } } }
    }

    private struct Over: Error {}

    /// Runs the line over that many waits.
    private func run(_ line: ProgressLine, waits: Int, during: @escaping @Sendable (Int) -> Void = { _ in }) async -> [Duration] {
        let slept = Mutex<[Duration]>([])
        await line.run { duration in
            let count = slept.withLock { slept in
                slept.append(duration)
                return slept.count
            }
            during(count)
            if count > waits { throw Over() }
        }
        return slept.withLock { $0 }
    }

    @Test func `nothing is shown before two seconds are over`() async {
        let screen = Screen()
        #expect(await run(ProgressLine(of: "reconcile plan", on: screen.console), waits: 0) == [.seconds(2)])
        #expect(screen.written.withLock { $0 } == "")
    }

    @Test func `then each second is counted, and the line is gone in the end`() async {
        let screen = Screen()
        let slept = await run(ProgressLine(of: "reconcile plan", on: screen.console), waits: 2)
        #expect(slept == [.seconds(2), .seconds(1), .seconds(1)])
        let erased = "\r" + String(repeating: " ", count: 21) + "\r"
        #expect(screen.written.withLock { $0 } == "\rreconcile plan: 2 s …\rreconcile plan: 3 s …" + erased)
    }

    @Test func `the line makes way for what is written, and does not come into an open question`() async {
        let screen = Screen()
        let line = ProgressLine(of: "reconcile apply", on: screen.console)
        let world = line.interrupted(
            by: World(
                environment: [:], output: screen.console, errors: screen.console, readLine: { "yes" }, readInput: { _ in [] },
                isInputTerminal: true, now: { TestWorld.now }))
        _ = await run(line, waits: 3) { count in
            switch count {
            case 2: world.errors.write("Apply? ")
            case 3: _ = world.readLine()
            default: break
            }
        }
        let erased = "\r" + String(repeating: " ", count: 22) + "\r"
        #expect(screen.written.withLock { $0 } == "\rreconcile apply: 2 s …\(erased)Apply? \rreconcile apply: 4 s …\(erased)")
    }
}
