import Foundation
import IntegrationRuntime
import TestSupport
import Testing

struct ServeLockTests {
    let folder = TemporaryFolder()

    private func isHeld(_ path: String) -> Bool {
        do {
            _ = try ServeLock(state: path)
            return false
        } catch {
            if case .held = error { return true }
            return false
        }
    }

    @Test func `a link to a state has the state's lock, before the state exists and after`() throws {
        let state = folder.file("state.sqlite")
        try FileManager.default.createDirectory(atPath: folder.file("elsewhere"), withIntermediateDirectories: true)
        let link = folder.file("elsewhere/link.sqlite")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../state.sqlite")
        for _ in 0..<2 {
            let first = try ServeLock(state: state)
            withExtendedLifetime(consume first) {
                #expect(isHeld(state))
                #expect(isHeld(link))
            }
            #expect(!isHeld(link))
            let second = try ServeLock(state: link)
            withExtendedLifetime(consume second) { #expect(isHeld(state)) }
            try folder.write("", to: "state.sqlite")
        }
        #expect(!FileManager.default.fileExists(atPath: link + ".serve-lock"))
    }

    @Test func `the lock is private to its owner`() throws {
        let lock = try ServeLock(state: folder.file("state.sqlite"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("state.sqlite.serve-lock"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        withExtendedLifetime(lock) {}
    }

    @Test func `a folder that does not exist is no lock`() {
        #expect(throws: ServeLock.Refusal.self) { try ServeLock(state: folder.file("nowhere/state.sqlite")) }
    }
}
