using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Syntax;

namespace KvCompose.Models.Templates.Values;

/// <summary>A macro and the scope in which it was defined.</summary>
internal sealed class MacroValue(MacroNode macro, Scope scope)
{
    public MacroNode Node { get; } = macro;

    public Text Call(TemplateRun run, Arguments arguments) => Node.Call(run, scope, arguments);
}

/// <summary>The variable <c>loop</c> of a loop body.</summary>
/// <param name="items">All items of the loop.</param>
/// <param name="depth">Loops around it that are its own recursion.</param>
/// <param name="again">Runs the loop over other items; null if the loop is not recursive.</param>
internal sealed class LoopValue(List<object> items, int depth, Func<object, Text>? again)
{
    private object[]? _changed;

    public int Index { get; set; }

    public int Count => items.Count;

    public int Depth => depth;

    public object Previous => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item");

    public object Next => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item");

    public Text Recurse(object values) => again is null
        ? throw TemplateFault.Type("The loop must have the 'recursive' marker to be called recursively.")
        : again(values);

    /// <summary>Whether values differ from those of the call before.</summary>
    public bool Changed(object[] values)
    {
        bool same = _changed is not null && Comparing.Equal(new TupleValue(_changed), new TupleValue(values));
        _changed = values;
        return !same;
    }
}
