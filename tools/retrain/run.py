"""The whole run: the dense network, its adaptation, then one chain of steps per granularity."""

import contextlib
import fcntl
import pathlib
import signal

import torch

from retrain import chain, integers, pictures, sensitivity, state
from retrain.errors import RetrainError
from retrain.logfile import Log
from retrain.progress import Progress
from retrain.training import Place, Recipe, Trainer


@contextlib.contextmanager
def lock(path, wait):
    """Two runs may share a work folder, but never one chain of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise RetrainError(f"{path}: another run is at work on this, expected one at a time"
                               ) from error
        yield


def header(options, train, test):
    """What the accuracies were measured on and with."""
    return {"network": options.model.rpartition(":")[2], "data": options.data_name or pathlib.Path(options.data).resolve().name,
            "images": len(test), "train_images": len(train), "classes": len(test.classes),
            "seed": options.seed, "torch": torch.__version__, "device": options.device,
            "threads": options.threads, "precision": options.precision, "batch": options.batch,
            "epochs": options.epochs, "learning_rate": options.learning_rate,
            "momentum": options.momentum, "weight_decay": options.weight_decay,
            "adapt_epochs": options.adapt_epochs,
            "adapt_learning_rate": options.adapt_learning_rate,
            "crop_padding": options.crop_padding, "flip": not options.no_flip,
            "mean": options.mean, "std": options.std}


def recipe_of(options, epochs, learning_rate):
    return Recipe(epochs, learning_rate, options.batch, options.momentum, options.weight_decay,
                  options.precision, options.seed)


def adapt(context):
    """The dense network: as it was read, after --adapt-epochs, and with integer weights."""
    options, model = context.options, context.model
    checkpoints = context.work / "checkpoints"
    context.measure(model, {"stage": "dense", "epoch": 0.0})
    if options.adapt_epochs > 0:
        context.trainer.train(model, recipe_of(options, options.adapt_epochs,
                                               options.adapt_learning_rate), {},
                              Place("adapting", checkpoints / f"adapted-s{options.seed}.pt",
                                    "adapting"))
        context.measure(model, {"stage": "adapted", "epoch": options.adapt_epochs})
    if not options.adapt_only:
        context.export(model, {}, f"dense-s{options.seed}", {"epoch": options.adapt_epochs})


def prepared(options):
    """The model as it was read, and the trainer with the data."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing half-written stays
    options.device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    torch.backends.cudnn.deterministic = True
    progress = Progress(options.quiet)
    model = state.build(options.model)
    if options.state:
        state.load(model, options.state)
    model = model.to(options.device).to(memory_format=torch.channels_last)
    cache = pathlib.Path(options.cache or pathlib.Path(options.work, "pictures"))
    train, test = (pictures.load(options.data, part, cache, options.size, progress)
                   for part in ("train", "test"))
    if train.classes != test.classes:
        raise RetrainError(f"{options.data}: train and test have different classes")
    if train.images.shape[1:] != test.images.shape[1:]:
        raise RetrainError(f"{options.data}: train and test have pictures of different size "
                           "(--size N scales all pictures)")
    return model, Trainer(train, test, pictures.Scaling(options.mean, options.std, options.device),
                          pictures.Augmentation(options.crop_padding, not options.no_flip), progress)


def run(options):
    """Everything that the options ask for."""
    model, trainer = prepared(options)
    stop_on_signals(trainer)
    if options.evaluate:
        evaluate(options, model, trainer)
        return
    work = pathlib.Path(options.work)
    log = Log(options.log or work / "accuracy.jsonl",
              header(options, trainer.train_set, trainer.test_set))
    context = chain.Context(options, model, trainer, log)
    with lock(work / "checkpoints" / f"dense-s{options.seed}.lock", wait=True):
        adapt(context)
    for granularity in () if options.adapt_only else options.granularities:
        with lock(work / "checkpoints" / f"{granularity}-s{options.seed}.lock", wait=False):
            if options.sensitivity:
                sensitivity.scan(context, granularity)
            else:
                chain.run(context, granularity, recipe_of(options, options.epochs,
                                                          options.learning_rate))


def evaluate(options, model, trainer):
    """The accuracy of exported networks, from nothing but their files."""
    image = trainer.scaling(trainer.test_set.images[:1]).cpu()
    for path in options.evaluate:
        found = integers.load(model, image, path).to(options.device)
        accuracy, images = trainer.evaluate(found.to(memory_format=torch.channels_last),
                                            options.test_images)
        print(f"{path}: {accuracy:.4f} of {images}", flush=True)


def stop_on_signals(trainer):
    """The first signal stops after the batch that runs; a second one stops at once."""
    def stop(_number, _frame):
        trainer.stop_requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
