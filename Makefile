# The two commands: `make demo` runs the main job, `make test` passes the tests.
# Both set the machine up first (config/setup.sh).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export ONNXRUNTIME_SHARED_LIBRARY_PATH ?= $(CURDIR)/build/deps/onnxruntime/libonnxruntime.so
export GOMLX_NO_AUTO_INSTALL := 1

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: setup
setup: ## install what hyt needs: Cyclone DDS, ONNX Runtime
	@config/setup.sh

.PHONY: gazebo
gazebo: ## set real Gazebo 11 up in ~/.cache/hyt/gazebo (or $$HYT_GAZEBO_ROOT); once, as root
	@gazebo/classic/setup.sh

.PHONY: gazebo-required
gazebo-required: build gazebo ## tests and oracle episodes in real Gazebo; fails unless they were really run
	HYT_GAZEBO_REQUIRED=1 go test -count=1 -timeout 30m -run Gazebo -v ./gazebo/classic/...
	bin/hyt agree --tasks touch,push,place --episodes 3 --require 0.9 --json build/agree.json --markdown build/agree.md

.PHONY: gazebo-bench
gazebo-bench: gazebo ## lockstep steps a second in real Gazebo, and the time to the first frame
	HYT_GAZEBO_REQUIRED=1 go test -run '^$$' -bench Gazebo -benchtime 1000x ./gazebo/classic

.PHONY: agree
agree: build gazebo ## the oracle of every task in the embedded simulator and in real Gazebo, compared: 20 scenes each
	bin/hyt agree --json build/agree.json --markdown build/agree.md

.PHONY: build
build: setup ## build bin/hyt
	@mkdir -p bin
	go build -o bin/hyt .

# The simulator of demo and scenario: embedded, or classic (Gazebo 11; `make gazebo`).
SIM ?= embedded

.PHONY: demo
demo: build ## run the shipped policy and thinker in simulation, over DDS (SIM=classic: in Gazebo)
	bin/hyt demo --sim $(SIM) --out build/demo $(DEMO)

.PHONY: scenario
scenario: build ## play gazebo/scenarios/ci.yaml: reports in build/scenario (SIM=classic: in Gazebo)
	bin/hyt eval --scenario gazebo/scenarios/ci.yaml --sim $(SIM) --out build/scenario $(SCENARIO)

# The loop's sizes; CI takes smaller ones to see that each step still works.
EPISODES ?= 400
STEPS    ?= 1500
JUDGE    ?= --episodes 100 --require-gain

.PHONY: demo-loop
demo-loop: build ## demonstrate, record, train, judge: before and after on the same scenes
	rm -rf build/loop
	bin/hyt demos --tasks touch --episodes $(EPISODES) --speed 20 --out build/loop/bag
	bin/hyt bag info build/loop/bag
	bin/hyt train --bags build/loop/bag --init policy/models/grounded --config trainer/configs/touch.yaml \
	  --steps $(STEPS) --out build/loop/touch
	bin/hyt eval --model build/loop/touch --baseline policy/models/grounded --tasks touch $(JUDGE) --json build/loop/eval.json

# The experiment: BUDGET is the time that it may take; PLAN is full, quick (QUICK=1: 10
# minutes) or tiny (a minute). Results of the full one are kept in the tree.
PLAN   ?= $(if $(QUICK),quick,full)
BUDGET ?= 0
EXPERIMENT_OUT := $(if $(filter full,$(PLAN)),,--results build/experiment/$(PLAN)/results --report build/experiment/$(PLAN)/report.md)

.PHONY: experiment
experiment: build ## compare ways of training, resumable: docs/experiment.md (BUDGET=90m; QUICK=1: 10 minutes, two seeds)
	bin/hyt experiment --plan $(PLAN) --budget $(BUDGET) $(EXPERIMENT_OUT)

.PHONY: lint
lint: setup ## gofmt, go vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not gofmt'd:"; echo "$$out"; exit 1; }
	go vet ./...
	go build -tags nodds,noapriltag -o /dev/null .
	go run $(STATICCHECK) ./...

# GoMLX's pure-Go backend forms pointers past the end of its slices, which it never
# follows; checkptr is off for that module and on for all others.
RACE := -race -gcflags=github.com/gomlx/compute/...=-d=checkptr=0

.PHONY: test
test: lint ## all tests with the race detector, then a summary
	@mkdir -p build
	@go test $(RACE) -timeout 15m ./... 2>&1 | tee build/test.log | grep -v 'no test files' || true
	@awk '/^ok/ {ok++} /^(FAIL\t|--- FAIL|panic:|FAIL$$)/ {bad++} \
	  END {printf "\ngo test: %d packages ok, %d failure lines\n", ok, bad; exit bad>0 || ok==0}' build/test.log

# The folders of the ROS 2 that is sourced, for cgo.
ROS2_PREFIXES := $(subst :, ,$(AMENT_PREFIX_PATH))
comma := ,
test-ros2: export CGO_CFLAGS := -O2 -g $(patsubst %/,-I%,$(wildcard $(addsuffix /include/*/,$(ROS2_PREFIXES))))
test-ros2: export CGO_LDFLAGS := -O2 -g $(patsubst %,-L%/lib -Wl$(comma)-rpath-link$(comma)%/lib,$(ROS2_PREFIXES))
# For what CMake does not find by itself, such as another Python than ROS 2's.
ROS2_CMAKE_ARGS ?=

.PHONY: test-ros2
test-ros2: setup ## on a sourced ROS 2: the conformance suite over rclgo, and real commands against our nodes
	@[ -n "$(AMENT_PREFIX_PATH)" ] || { echo "no ROS 2 is sourced: '. /opt/ros/DISTRIBUTION/setup.bash' first" >&2; exit 1; }
	colcon --log-base build/ros2/log build --base-paths msgs launch --build-base build/ros2/build \
	  --install-base build/ros2/install --merge-install --cmake-args -DBUILD_TESTING=OFF $(ROS2_CMAKE_ARGS)
	set +u; . build/ros2/install/local_setup.bash; set -u; \
	  go vet -tags ros2 ./msgs/bus/rcl ./nodes/interop; \
	  go test -tags ros2 -race -count=1 ./msgs/bus/rcl; \
	  go test -tags ros2 -count=1 -timeout 30m -v ./nodes/interop

.PHONY: bringups
bringups: setup ## 1,000 times configure, activate, deactivate, cleanup of policy and thinker over DDS
	HYT_BRINGUPS=1000 go test -count=1 -timeout 30m -run TestBringUps -v ./nodes/compose

# Success by mode, and with plans that come 160 ms late (the first multiple of a control
# period from 150 ms on), blended and plainly switched.
LATE := --tasks touch,push,pick,place,rotate --latency 160ms --baseline build/engine/modes.json

.PHONY: engine-bars
engine-bars: build ## the engine's and the control loop's bars; on a quiet machine, about eight minutes
	go test -run '^$$' -bench Modes -benchtime 1x ./nodes/policynode
	go test -run '^$$' -bench EngineOverhead ./policy/onnx
	go test -run '^$$' -bench BesideTheThinker -benchtime 1x ./thinker
	go test -run '^$$' -bench Period -benchtime 3x ./nodes/control
	go test -run '^$$' -bench Tick -benchmem ./nodes/control
	go test -count=1 -run 'AllocatesNothing|AllocateNothing' -v ./policy ./nodes/policynode ./nodes/control ./nodes/output
	go test -count=1 -run BlendIn -v ./nodes/control
	go test -run '^$$' -bench Approx ./msgs/imagemsg
	@mkdir -p build/engine
	bin/hyt eval --tasks touch,push,pick,place,rotate --mode act,think,guided --json build/engine/modes.json
	bin/hyt eval $(LATE)
	bin/hyt eval $(LATE) --blending switch

.PHONY: heap
heap: setup ## policy and thinker at 50 Hz over DDS for 30 minutes: does the heap stay flat?
	HYT_HEAP_MINUTES=30 go test -count=1 -timeout 60m -run TestHeapStaysFlat -v ./nodes/compose

.PHONY: bench
bench: setup ## benchmarks: they print what they measured
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: calib-bars
calib-bars: ## calibration's bars on 200 random problems each: they print what they measured
	HYT_CALIB_PROBLEMS=200 go test -count=1 -timeout 30m -v -run 'Honest|Bars' ./calib/intrinsics ./calib/handeye ./calib/planar

.PHONY: calib-speed
calib-speed: ## seconds of a calibration from 20 pictures of 1280x720 on one core, and of one undistortion
	go test -run '^$$' -bench 'Calibration1280x720|Undistort' -benchtime 3x -timeout 30m ./calib/calibcmd ./calib/camera

.PHONY: calib-selftest
calib-selftest: build ## calibrate a simulated camera from boards of squares and of tags; its truth is known
	bin/hyt calib selftest
	bin/hyt calib selftest --type apriltag --rows 4 --cols 6 --size 40

.PHONY: calib-opencv
calib-opencv: ## calibrate the same points and images with OpenCV (apt-get install python3-opencv) and compare
	go test -tags opencv -count=1 -timeout 30m -v -run OpenCV ./calib/intrinsics ./calib/calibcmd

.PHONY: fuzz
fuzz: setup ## each fuzz target for 20 s
	@go list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r pkg dir; do \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$$dir"/*_test.go 2>/dev/null | cut -d' ' -f2); do \
	    echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s "$$pkg"; done; done

.PHONY: clean
clean: ## remove what was built and fetched
	rm -rf bin build
