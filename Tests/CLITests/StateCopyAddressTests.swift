import CLI
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: TestState.isFile, "it copies from one file to another"))
struct StateCopyAddressTests {
    @Test func `the places of a copy can be given in variables, so that no password stands among the arguments`() async throws {
        let world = TestWorld()
        let manifest = try world.write("version: 1\nworkspace: acme\nscopes: { posts:read: Read }\n")
        let target = world.folder.file("copy.sqlite")
        #expect(try await world.run("apply", manifest, "--auto-approve").status == .success)
        let copied = try await world.run(
            "state", "copy", "env:OLD_STATE", "env:NEW_STATE", environment: ["OLD_STATE": world.state, "NEW_STATE": target])
        #expect(copied.status == .success, "\(copied.errors)")
        #expect(FileManager.default.fileExists(atPath: target))
    }

    @Test func `a variable that is not set ends with 64, and nothing is made`() async throws {
        let world = TestWorld()
        let refused = try await world.run("state", "copy", "env:NO_SUCH_STATE", world.folder.file("copy.sqlite"))
        #expect(refused.status == .usage)
        #expect(refused.errors.hasPrefix("error: env:NO_SUCH_STATE is no variable that is set"))
        #expect(!FileManager.default.fileExists(atPath: world.folder.file("copy.sqlite")))
    }
}
