## discover
