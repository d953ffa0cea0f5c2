import PostgreSQL

enum Wrong {}
