namespace KvCompose.Residency.Pages;

/// <summary>The blocks that one change takes and gives up, so that it can be undone, and readers of older snapshots keep what they see.</summary>
internal sealed class EditedBlocks
{
    private readonly List<(BlockPool Pool, int Block)> _taken = [];
    private readonly List<(BlockPool Pool, int Block)> _dropped = [];

    /// <summary>Blocks that only snapshots before the change refer to.</summary>
    public List<(BlockPool Pool, int Block)> Replaced { get; private set; } = [];

    /// <summary>Begins a change.</summary>
    public void Begin()
    {
        Replaced = [];
        _taken.Clear();
        _dropped.Clear();
    }

    /// <summary>Takes a block.</summary>
    public int Take(BlockPool pool)
    {
        int block = pool.Take();
        _taken.Add((pool, block));
        return block;
    }

    /// <summary>Gives a block up that stays readable until the change ends.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="block">The block.</param>
    /// <param name="own">Whether the change itself took it; snapshots refer to others.</param>
    public void Give(BlockPool pool, int block, bool own) => (own ? _dropped : Replaced).Add((pool, block));

    /// <summary>The change is published: nobody has seen what it dropped.</summary>
    public void Keep() => Return(_dropped);

    /// <summary>The change has not happened.</summary>
    public void Undo() => Return(_taken);

    private static void Return(List<(BlockPool Pool, int Block)> blocks)
    {
        foreach ((BlockPool pool, int block) in blocks)
        {
            pool.Return(block);
        }
    }
}
