## giving
