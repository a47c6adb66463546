// Package config is where every number and name that a user may set is declared,
// once: its type, unit, range, default and a sentence of description. The nodes
// read filled structs; nothing else in the project imports viper.
//
// A value comes from, lowest precedence first:
//
//  1. the default in this package,
//  2. a YAML file given with --config,
//  3. ROS 2 params files (--params-file), later files over earlier ones,
//  4. the environment: HYT_<NODE>_<NAME>, or HYT_<NAME> for all nodes,
//  5. -p name:=value.
//
// Both kinds of file have the form of a ROS 2 params file: a node's name, possibly
// with wildcards, then ros__parameters, then the names of this package. Node names
// are resolved by ROS's rules before viper sees a value, since viper folds case.
//
// A name that nobody declares is an error: a mistyped limit must not be a limit
// that silently does not hold.
package config
