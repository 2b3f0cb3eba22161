using System.Runtime.CompilerServices;
using KvCompose.Models.Templates.Functions;
using KvCompose.Models.Templates.Syntax;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>One rendering: its output, its variables, where it is, and what it has spent.</summary>
internal sealed class TemplateRun(ChatTemplateLimits limits, Scope root, DateTime now, CancellationToken cancellation)
{
    private const int StepsPerCheck = 1024;

    private readonly List<(int Start, int End)> _generations = [];
    private long _steps;
    private long _characters;
    private int _calls;
    private int _captures;
    private int _topLength;
    private bool _anyOutput;

    /// <summary>Where the text goes: the rendered text, or that of a macro or captured block.</summary>
    public TextBuilder Output { get; private set; } = new();

    /// <summary>The variables of the top level.</summary>
    public Scope Root => root;

    /// <summary>The part that is being evaluated, for messages.</summary>
    public Node? At { get; set; }

    public DateTime Now => now;

    /// <summary>Spans of generation blocks in UTF-16 units of the output.</summary>
    public IReadOnlyList<(int Start, int End)> Generations => _generations;

    /// <summary>Pays for a step.</summary>
    public void Step(Node? at = null)
    {
        At = at ?? At;
        if (++_steps > limits.MaxSteps)
        {
            throw TemplateFault.Limit($"more than {limits.MaxSteps} steps");
        }

        if (_steps % StepsPerCheck == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Pays for characters that are made.</summary>
    public void Pay(long characters)
    {
        _characters += characters;
        if (_characters > limits.MaxCharacters)
        {
            throw TemplateFault.Limit($"more than {limits.MaxCharacters} characters of text");
        }
    }

    /// <summary>Pays for elements that are made at once.</summary>
    public void PaySteps(long count)
    {
        _steps += Math.Max(count, 0);
        if (_steps > limits.MaxSteps)
        {
            throw TemplateFault.Limit($"more than {limits.MaxSteps} steps");
        }

        cancellation.ThrowIfCancellationRequested();
    }

    public object Evaluate(Expression expression, Scope scope)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateFault.Limit("nested too deeply");
        }

        Step(expression);
        return expression.Evaluate(this, scope);
    }

    public List<object> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        var values = new List<object>(expressions.Count);
        foreach (Expression expression in expressions)
        {
            values.Add(Evaluate(expression, scope));
        }

        return values;
    }

    public static object Look(Scope scope, string name) => scope.Find(name) ?? Globals.Find(name) ?? Undefined.Variable(name);

    public object Call(object target, Arguments arguments) => target switch
    {
        FunctionValue function => function.Body(this, arguments),
        MacroValue macro => macro.Call(this, arguments),
        LoopValue loop => loop.Recurse(arguments.BindPositional("loop", 1, 1)[0]!),
        Undefined undefined => throw undefined.Fault(),
        _ => throw TemplateFault.Type($"'{Kinds.Name(target)}' object is not callable"),
    };

    /// <summary>Runs a call and counts how deeply calls are nested.</summary>
    public Text Nested(Func<Text> call)
    {
        if (_calls >= limits.MaxCallDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateFault.Limit($"more than {limits.MaxCallDepth} nested calls");
        }

        _calls++;
        Text text = call();
        _calls--;
        return text;
    }

    public Text Capture(Block body, Scope scope, out Flow flow)
    {
        Flow ended = Flow.Normal;
        Text text = CaptureOutput(() => ended = body.Execute(this, scope));
        flow = ended;
        return text;
    }

    public Text CaptureOutput(Func<Flow> body)
    {
        TextBuilder outside = Output;
        if (_captures == 0)
        {
            _topLength = outside.Length;
        }

        _captures++;
        Output = new TextBuilder(this);
        body();
        Text text = Output.ToText();
        _captures--;
        Output = outside;
        return text;
    }

    /// <summary>Notes that something was put out, if only an empty text.</summary>
    public void NoteOutput()
    {
        _anyOutput |= _captures == 0;
        if (Output.Length > limits.MaxOutputLength)
        {
            throw TemplateFault.Limit($"more than {limits.MaxOutputLength} characters of output");
        }
    }

    /// <summary>Notes a generation block. As in the reference, one before the first output is not recorded.</summary>
    public void NoteGeneration(Text text)
    {
        if (_anyOutput || _generations.Count > 0)
        {
            int start = _captures == 0 ? Output.Length : _topLength;
            _generations.Add((start, start + text.Value.Length));
        }
    }

    /// <summary>The elements of a value.</summary>
    public IEnumerable<object> Iterate(object value)
    {
        IEnumerable<object> items = value switch
        {
            ListValue list => list.Items,
            TupleValue tuple => tuple.Items,
            Text text => text.Characters(),
            DictValue dict => dict.Keys,
            DictView view => view.Items(),
            RangeValue range => Enumerable.Range(0, range.Count).Select(i => range[i]),
            GeneratorValue generator => generator.Rest(),
            BytesValue bytes => bytes.Bytes.Select(b => Boxed.Of((long)b)),
            Undefined { Safe: true } => [],
            Undefined undefined => throw undefined.Fault(),
            _ => throw TemplateFault.Type($"'{Kinds.Name(value)}' object is not iterable"),
        };
        return Paid(items);
    }

    private IEnumerable<object> Paid(IEnumerable<object> items)
    {
        foreach (object item in items)
        {
            Step();
            yield return item;
        }
    }
}
