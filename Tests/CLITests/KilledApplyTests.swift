import Foundation
import Store
import TestSupport
import Testing
import Values

/// `kill -9` within the transaction of an apply leaves the state as it was, or as it was to be.
struct KilledApplyTests {
    private static let count = 1500

    @Test func `a killed apply changed everything or nothing`() async throws {
        var (within, nothing) = (0, 0)
        // Later and later kills; again, where the machine was too busy for any of them to be in time.
        for milliseconds in Array(repeating: [0, 5, 20, 60, 150], count: 6).joined() {
            if milliseconds == 0, !TestState.isFile || within > 0, nothing > 0 { break }
            let world = TestWorld()
            let scopes = (0..<Self.count).map { "  s\($0): Scope number \($0)\n" }.joined()
            let path = try world.write("version: 1\nworkspace: acme\nscopes:\n" + scopes)
            // The schema is there before, so that a kill can only hit the apply.
            try Store(state: world.state, keyring: nil).close()
            let apply = try RunningProcess(
                product, ["apply", path, "--auto-approve", "--state", world.state], environment: ["PATH": "/usr/bin:/bin"])
            // On a busy machine it may be over before it is looked at, and then nothing can be killed. The kernel knows of no open
            // transaction on PostgreSQL: there the times alone decide.
            if !TestState.isFile {
                try await apply.line(containing: "Plan: \(Self.count) to add")
                try await Task.sleep(for: .milliseconds(milliseconds))
            } else if try await apply.isWriting(afterSaying: "Plan: \(Self.count) to add") {
                try await Task.sleep(for: .milliseconds(milliseconds))
            }
            if isWriting(apply.pid) { within += 1 }
            try await apply.killNow()
            let store = try Store(state: world.state, keyring: nil)
            let (resources, revisions, serial) = try await store.read { reading in
                (
                    try reading.resources(in: "acme").count, try reading.revisions(workspace: nil, limit: 10).count,
                    try reading.stateSerial().serial
                )
            }
            store.close()
            #expect((resources, revisions, serial) == (0, 0, 0) || (resources, revisions, serial) == (Self.count, 1, 1))
            if serial == 0 { nothing += 1 }
        }
        // The lock was seen right before the signal; what came of it says whether the signal was in time.
        #expect(!TestState.isFile || within > 0, "no kill found the transaction open")
        #expect(nothing > 0, "every kill came after the commit")
    }
}
