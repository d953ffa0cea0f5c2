import CLI
import TestSupport
import Testing

/// Commands that know a state file alone must not pass over a server that was named.
struct ServerRefusalTests {
    private static let commands = [
        ["plan", "m.yaml"], ["apply", "m.yaml", "--auto-approve"], ["drift"], ["export"], ["history"], ["rollback", "1", "--auto-approve"],
        ["secrets", "rotate"],
    ]

    @Test(arguments: commands)
    func `a server in the environment is refused with how to go on, and nothing is done`(command: [String]) async throws {
        let world = TestWorld()
        let path = try world.write(start)
        let arguments = command.map { $0 == "m.yaml" ? path : $0 }
        let refused = try await world.run(arguments, environment: ["RECONCILE_SERVER": "https://runtime.example"])
        #expect(refused.status == .usage)
        #expect(refused.output.isEmpty)
        #expect(
            refused.errors
                == "error: RECONCILE_SERVER is set, and this command works on a state file and not yet at a server, so nothing was done: name the file with --state FILE, or unset RECONCILE_SERVER\n"
        )
        #expect(try !world.hasState)
    }

    @Test(arguments: commands)
    func `so is one on the command line`(command: [String]) async throws {
        let world = TestWorld()
        let path = try world.write(start)
        let refused = try await world.run(
            command.map { $0 == "m.yaml" ? path : $0 } + ["--server", "https://runtime.example", "--token", "t"])
        #expect(refused.status == .usage)
        #expect(refused.errors.contains("leave out --server and --token"))
        #expect(try !world.hasState)
    }

    @Test func `--state says that the file is meant, whatever the environment says`() async throws {
        let world = TestWorld()
        let path = try world.write(start)
        let environment = ["RECONCILE_SERVER": "https://runtime.example"]
        let applied = try await world.run(["apply", path, "--auto-approve", "--state", world.state], environment: environment)
        #expect(applied.status == .success, "\(applied.errors)")
        let keys = try await world.run(["keys", "list", "--state", world.state], environment: environment)
        #expect(keys.output == "No keys.\n")
        let both = try await world.run(["keys", "list", "--state", world.state, "--server", "https://runtime.example", "--token", "t"])
        #expect(both.status == .usage)
    }

    @Test(arguments: ["http://runtime.example", "https://user:password@runtime.example", "https://runtime.example/?a=b", "runtime.example"])
    func `an address that the token must not travel to is refused, and no password shown`(server: String) async throws {
        let world = TestWorld()
        let refused = try await world.run(["keys", "list", "--server", server, "--token", "t"])
        #expect(refused.status == .failure)
        #expect(refused.errors.hasPrefix("error: the address of the server cannot be used: the URL "))
        #expect(!refused.errors.contains("password@"))
    }
}
