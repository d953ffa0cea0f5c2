import Foundation
import Spec
import Store
import TestSupport
import Testing

/// `kill -9` at any moment of an apply leaves the state as it was, or as it was to be.
struct KilledApplyTests {
    @Test(arguments: [20, 60, 120, 200, 300, 450])
    func `a killed apply changed everything or nothing`(milliseconds: Int) async throws {
        let world = TestWorld()
        let count = 3000
        let scopes = (0..<count).map { "  s\($0): Scope number \($0)\n" }.joined()
        let path = try world.write("version: 1\nworkspace: acme\nscopes:\n" + scopes)
        // The schema is there before, so that a kill can only hit the apply.
        try Store(path: world.state, keyring: nil).close()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: product)
        process.arguments = ["apply", path, "--auto-approve", "--state", world.state]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try await Task.sleep(for: .milliseconds(milliseconds))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let store = try Store(path: world.state, keyring: nil)
        let (resources, revisions, serial) = try await store.read { reading in
            (
                try reading.resources(in: "acme").count, try reading.revisions(workspace: nil, limit: 10).count,
                try reading.stateSerial().serial
            )
        }
        #expect((resources, revisions, serial) == (0, 0, 0) || (resources, revisions, serial) == (count, 1, 1))
    }
}
