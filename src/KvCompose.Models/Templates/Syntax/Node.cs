using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>A part of a parsed template.</summary>
internal abstract class Node
{
    /// <summary>Deepest tree that is accepted: evaluation recurses over it.</summary>
    public const int DeepestTree = 400;

    protected Node(int offset, params IEnumerable<Node?> parts)
    {
        Offset = offset;
        Parts = [.. parts.OfType<Node>()];
        Depth = 1 + (Parts.Length == 0 ? 0 : Parts.Max(part => part.Depth));
        if (Depth > DeepestTree)
        {
            throw new TreeTooDeepException(offset);
        }
    }

    /// <summary>Where it begins in the source.</summary>
    public int Offset { get; }

    /// <summary>The parts that it is made of.</summary>
    public Node[] Parts { get; }

    private int Depth { get; }

    /// <summary>Whether a name is read anywhere in here.</summary>
    public bool Reads(string name) => (this is NameNode node && node.Name == name) || Parts.Any(part => part.Reads(name));
}

/// <summary>A tree is nested more deeply than <see cref="Node.DeepestTree"/>.</summary>
internal sealed class TreeTooDeepException(int offset) : Exception
{
    public int Offset { get; } = offset;
}

/// <summary>A part that has a value.</summary>
internal abstract class Expression(int offset, params IEnumerable<Node?> parts) : Node(offset, parts)
{
    public abstract object Evaluate(TemplateRun run, Scope scope);
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}

/// <summary>A part that writes or assigns.</summary>
internal abstract class Statement(int offset, params IEnumerable<Node?> parts) : Node(offset, parts)
{
    public abstract Flow Execute(TemplateRun run, Scope scope);
}

/// <summary>Statements in order.</summary>
internal sealed class Block(int offset, IReadOnlyList<Statement> statements) : Statement(offset, statements)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        foreach (Statement statement in statements)
        {
            run.Step(statement);
            Flow flow = statement.Execute(run, scope);
            if (flow != Flow.Normal)
            {
                return flow;
            }
        }

        return Flow.Normal;
    }
}
