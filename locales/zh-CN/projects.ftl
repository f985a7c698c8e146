## projects
