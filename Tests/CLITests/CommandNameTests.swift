import CLI
import Testing

struct CommandNameTests {
    @Test(arguments: [
        ["keys", "nope", "--help"], ["keys", "--help", "nope"], ["help", "nope"], ["help", "keys", "nope"], ["nope", "--help"], ["nope"],
        ["keys", "nope"], ["-h", "nope"],
    ])
    func `a command that is not there ends with 64, its help too`(arguments: [String]) async throws {
        let result = try await TestWorld().run(arguments)
        #expect(result.status == .usage)
        #expect(result.errors.contains("has no subcommand `nope`"))
    }

    @Test func `the nearest name is proposed`() {
        #expect(Reconcile.misnamedCommand(in: ["keys", "creat"]) == "`reconcile keys` has no subcommand `creat`: did you mean `create`?")
        #expect(Reconcile.misnamedCommand(in: ["aply", "x"]) == "`reconcile` has no subcommand `aply`: did you mean `apply`?")
    }

    @Test(arguments: [
        [], ["--help"], ["--version"], ["help"], ["help", "keys"], ["help", "keys", "create"], ["keys", "create", "--name", "x"],
        ["plan", "nope", "--help"], ["--generate-completion-script", "bash"],
    ])
    func `what is there is left to the parser`(arguments: [String]) {
        #expect(Reconcile.misnamedCommand(in: arguments) == nil)
    }
}
