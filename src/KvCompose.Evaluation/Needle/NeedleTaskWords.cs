namespace KvCompose.Evaluation;

/// <summary>What questions for more than one value are made of, as templates: the field <c>tasks</c> of a words.json.</summary>
public sealed class NeedleTaskWords
{
    internal NeedleTaskWords(WordsFile words, int valueTokens)
    {
        Between = Template("between", 0, 0);
        Ordinals = words.WordList("tasks.ordinals");
        EveryFact = Template("every.fact", 1, 1, 1);
        EveryQuestion = Template("every.question", 1, 0);
        EveryAnswer = Template("every.answer", 1, 1, 1);
        SeveralQuestion = Template("several.question", 0, 0);
        SeveralAsked = Template("several.asked", 1, 0);
        SeveralEnd = Template("several.end", 0, 0);
        SeveralAnswer = Template("several.answer", 1, 1);
        ChainStart = Template("chain.start", 1, 1);
        ChainLink = Template("chain.link", 2, 0);
        ChainEnd = Template("chain.end", 0, 0);
        ChainQuestion = Template("chain.question", 0, 1);

        NeedleTemplate Template(string name, int keys, int values, int ordinals = 0)
            => words.Template("tasks." + name, valueTokens, keys, values, ordinals);
    }

    /// <summary>What stands between two parts of a question or of an answer.</summary>
    public NeedleTemplate Between { get; }

    /// <summary>Tokens that tell the values of one key apart.</summary>
    public IReadOnlyList<int> Ordinals { get; }

    /// <summary>One of several facts of a key.</summary>
    public NeedleTemplate EveryFact { get; }

    /// <summary>Asks for every value of a key.</summary>
    public NeedleTemplate EveryQuestion { get; }

    /// <summary>One part of its answer.</summary>
    public NeedleTemplate EveryAnswer { get; }

    /// <summary>How a question for several keys begins.</summary>
    public NeedleTemplate SeveralQuestion { get; }

    /// <summary>One key in it.</summary>
    public NeedleTemplate SeveralAsked { get; }

    /// <summary>How it ends.</summary>
    public NeedleTemplate SeveralEnd { get; }

    /// <summary>One part of its answer.</summary>
    public NeedleTemplate SeveralAnswer { get; }

    /// <summary>The first link of a chain: where a value is.</summary>
    public NeedleTemplate ChainStart { get; }

    /// <summary>Another link: where that is.</summary>
    public NeedleTemplate ChainLink { get; }

    /// <summary>What ends a link's sentence; in an answer the links stand without it.</summary>
    public NeedleTemplate ChainEnd { get; }

    /// <summary>Asks for the whole chain.</summary>
    public NeedleTemplate ChainQuestion { get; }
}
