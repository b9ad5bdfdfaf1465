% Writes the digits*.mat beside this file: octave-cli digits.m
% Pixel (row, column, channel) of image n, all counted from 0, is (37 row + 11 column + 101 channel + 53 n) mod 256.
n = 5;
[row, column, channel, image] = ndgrid(0:31, 0:31, 0:2, 0:n-1);
X = uint8(mod(37 * row + 11 * column + 101 * channel + 53 * image, 256));
y = uint8([10; 1; 9; 2; 10]);
save("-v7", "digits-v7.mat", "X", "y");
y = double(y);
save("-v6", "digits-v6-double.mat", "X", "y");
save("-v7", "digits-v7-labels-first.mat", "y", "X");
y = y + 0.5;
save("-v7", "digits-v7-halves.mat", "X", "y");
X = X(:, :, :, 1);
y = uint8(7);
save("-v6", "digits-v6-one.mat", "X", "y");
z = 1;
save("-v7", "digits-v7-third.mat", "X", "y", "z");
