// Instruments count for the whole process: figures of one server would hold those of others that run at the same time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
