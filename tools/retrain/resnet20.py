"""ResNet-20 for pictures of 32 x 32, as He et al. describe it for CIFAR-10 (arXiv 1512.03385, 4.2).

A convolution of 16 filters, three stages of three blocks (16, 32, 64 channels; the second and the
third stage begin with stride 2), the mean over each plane and one linear layer. Where the shape
changes, the shortcut takes every second row and column and fills up with channels of zeros ("option
A"): it has no weights.
"""

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    """Two 3 x 3 convolutions and a shortcut around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.added = outputs - inputs

    def shortcut(self, value):
        if self.stride == 1 and self.added == 0:
            return value
        value = value[:, :, ::self.stride, ::self.stride]
        before = self.added // 2
        return functional.pad(value, (0, 0, 0, 0, before, self.added - before))

    def forward(self, value):
        inner = functional.relu(self.bn1(self.conv1(value)))
        return functional.relu(self.bn2(self.conv2(inner)) + self.shortcut(value))


class ResNet(nn.Module):
    """`depth` blocks in each of three stages."""

    def __init__(self, depth, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.stage(depth, 16, 16, 1)
        self.layer2 = self.stage(depth, 16, 32, 2)
        self.layer3 = self.stage(depth, 32, 64, 2)
        self.linear = nn.Linear(64, classes)

    @staticmethod
    def stage(depth, inputs, outputs, stride):
        blocks = [Block(inputs, outputs, stride)]
        blocks += [Block(outputs, outputs, 1) for _ in range(depth - 1)]
        return nn.Sequential(*blocks)

    def forward(self, picture):
        value = functional.relu(self.bn1(self.conv1(picture)))
        value = self.layer3(self.layer2(self.layer1(value)))
        return self.linear(torch.flatten(functional.adaptive_avg_pool2d(value, 1), 1))


def resnet20(classes=10):
    return ResNet(3, classes)
