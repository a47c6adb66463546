package msgs

//go:generate go run ./gen -def def -out . -import hyt/msgs
