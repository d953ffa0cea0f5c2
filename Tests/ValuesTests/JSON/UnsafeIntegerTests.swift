import Testing
import Values

struct UnsafeIntegerTests {
    @Test(arguments: [
        "9007199254740993", "-9007199254740993", "9007199254740993.0", "90071992547409930e-1", "9.007199254740993e15",
        "9007199254740993000E-3",
        "900719925474099.3e1", "1e400", "-1e400", "18446744073709551616", "0.00009007199254740993e20", "1234567890123456789.000",
    ])
    func `a whole number that JavaScript would change is refused with its path, however it is written`(number: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: #"{"a":[{"b":\#(number)}]}"#, refusesUnsafeIntegers: true) }
        do throws(JSONSyntaxError) {
            _ = try JSON(parsing: #"{"a":[{"b":\#(number)}]}"#, refusesUnsafeIntegers: true)
        } catch {
            #expect(error.reason == .unsafeInteger(path: "a.0.b"))
        }
    }

    @Test(arguments: [
        "9007199254740992", "-9007199254740991", "9007199254740991.0", "0", "-0", "-0.0", "0.0000000000000000000", "0e400", "1e21", "1e300",
        "1.0", "1e3", "0.1", "0.1234567890123456789", "3.141592653589793238462643", "123456789012345.678901", "1e-400", "5e-324",
        "1e-99999999999999999999999", "12345678901234567e-5",
    ])
    func `what keeps its value, and every fraction, is taken`(number: String) {
        #expect(throws: Never.self) { try JSON(parsing: "[\(number)]", refusesUnsafeIntegers: true) }
    }

    @Test func `a number that no double holds is invalid where integers are not looked at`() {
        do throws(JSONSyntaxError) {
            _ = try JSON(parsing: "1e400")
            Issue.record("it was read")
        } catch {
            #expect(error.reason == .invalidNumber)
        }
    }
}
