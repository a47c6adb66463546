"""Calibrates with OpenCV: views as JSON on stdin, camera as JSON on stdout.

OpenCV's rms is the root mean squared distance over all corners.
"""
import json
import sys

import cv2
import numpy as np

cv2.setNumThreads(1)
job = json.load(sys.stdin)
size = tuple(job["size"])
board = [np.array(v["board"], np.float32).reshape(-1, 1, 3) for v in job["views"]]
pixels = [np.array(v["pixels"], np.float32).reshape(-1, 1, 2) for v in job["views"]]
fine = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 200, 1e-12)

if job["model"] == "equidistant":
    flags = cv2.fisheye.CALIB_RECOMPUTE_EXTRINSIC | cv2.fisheye.CALIB_FIX_SKEW | cv2.fisheye.CALIB_USE_INTRINSIC_GUESS
    k = np.array([[0.5 * size[0], 0, (size[0] - 1) / 2], [0, 0.5 * size[0], (size[1] - 1) / 2], [0, 0, 1]])
    rms, k, d, _, _ = cv2.fisheye.calibrate(
        [b.reshape(1, -1, 3).astype(np.float64) for b in board],
        [p.reshape(1, -1, 2).astype(np.float64) for p in pixels],
        size, k, np.zeros((4, 1)), flags=flags, criteria=fine)
else:
    flags = cv2.CALIB_RATIONAL_MODEL if job["model"] == "rational_polynomial" else 0
    rms, k, d, _, _ = cv2.calibrateCamera(board, pixels, size, None, None, flags=flags, criteria=fine)

json.dump({"rms": rms, "fx": k[0, 0], "fy": k[1, 1], "cx": k[0, 2], "cy": k[1, 2],
           "d": d.ravel().tolist(), "version": cv2.__version__}, sys.stdout)
