"""Calibrate with OpenCV from the images in a folder; print JSON.

usage: opencv.py FOLDER CORNER_ROWS CORNER_COLS SQUARE_METRES
"""
import glob
import json
import sys
import time

import cv2
import numpy as np

folder, rows, cols, square = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
cv2.setNumThreads(1)
board = np.zeros((rows * cols, 3), np.float32)
board[:, :2] = np.mgrid[0:cols, 0:rows].T.reshape(-1, 2) * square
points, pixels, found, size = [], [], {}, None
start = time.time()
for name in sorted(glob.glob(folder + "/*.png")):
    image = cv2.imread(name, cv2.IMREAD_GRAYSCALE)
    size = image.shape[::-1]
    ok, corners = cv2.findChessboardCorners(image, (cols, rows))
    if not ok:
        continue
    near = np.min(np.linalg.norm(np.diff(corners[:, 0].reshape(rows, cols, 2), axis=1), axis=2))
    half = int(min(10, max(2, near / 2 - 1)))
    corners = cv2.cornerSubPix(image, corners, (half, half), (-1, -1), (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 60, 1e-4))
    points.append(board)
    pixels.append(corners)
    found[name.split("/")[-1]] = corners[:, 0].tolist()
detection = time.time() - start
rms, k, d, _, _ = cv2.calibrateCamera(points, pixels, size, None, None)
json.dump({"version": cv2.__version__, "rms": rms, "fx": k[0, 0], "fy": k[1, 1], "cx": k[0, 2], "cy": k[1, 2],
           "d": d.ravel().tolist(), "found": found, "detection": detection}, sys.stdout)
