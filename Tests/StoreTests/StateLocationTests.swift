import Testing

@testable import Store

struct StateLocationTests {
    @Test(arguments: [
        "Postgres://u:hunter2@h/d", "POSTGRES://u:hunter2@h/d", " postgres://u:hunter2@h/d", "\tpostgresql://u:hunter2@h/d",
        "mysql://u:hunter2@h/d", "jdbc:postgresql://h/d?password=hunter2", "file:///tmp/hunter2", "host=h password=hunter2",
        "password = hunter2", " user=u password=hunter2",
    ])
    func `what can only be meant as an address is no file, and is not repeated`(text: String) {
        let error = #expect(throws: StoreError.self) { try StateLocation(text) }
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("postgres://USER@HOST/DATABASE") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test(arguments: ["state.sqlite", "/a/b=c", "host.sqlite", "user", "a b=c", "x=1/state", "./host=1", "a:b", "C:/x", "a//b", "/a://b"])
    func `whatever else is a path`(text: String) throws {
        guard case .file(text) = try StateLocation(text) else {
            Issue.record("\(text) is no path")
            return
        }
    }
}
