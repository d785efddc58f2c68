// These tests count the memory, handles and timers of the whole process, and use the whole machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
