import CLI
import TestSupport
import Testing

struct ServeAddressTests {
    @Test(arguments: [
        "::1:8080", ":8080", "h:+80", "http://h:80", "h", "h:", "[::1]", "h:65536", "h:-1", "[h]:80", "h:80:80", "127.0.0.1:8080/",
    ])
    func `an address that is none ends with 64 and what to write, and nothing is opened`(text: String) async throws {
        let world = TestWorld()
        let refused = try await world.run("serve", "--listen=\(text)")
        #expect(refused.status == .usage)
        #expect(refused.errors == "error: --listen takes HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080\n")
        #expect(refused.output.isEmpty)
        #expect(try !world.hasState)
    }
}
