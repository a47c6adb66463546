package config

import "time"

// Seconds is a parameter in seconds as a duration.
func Seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Period is the time between two events of a rate in Hz.
func Period(rate float64) time.Duration { return time.Duration(float64(time.Second) / rate) }
