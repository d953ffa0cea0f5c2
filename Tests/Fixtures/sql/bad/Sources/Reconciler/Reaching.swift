package import GRDB

enum Reaching {}
