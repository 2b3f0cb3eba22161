using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>Parameters and body of a macro or a call block.</summary>
internal sealed class MacroNode(int offset, string name, IReadOnlyList<(string Name, Expression? Default)> parameters, Block body)
    : Node(offset, [.. parameters.Select(item => item.Default), body])
{
    private readonly bool _readsCaller = body.Reads("caller");
    private readonly bool _readsKeywords = body.Reads("kwargs");
    private readonly bool _readsRest = body.Reads("varargs");

    public string Name => name;

    public Block Body => body;

    public IReadOnlyList<(string Name, Expression? Default)> Parameters => parameters;

    public bool ReadsCaller => _readsCaller;

    public bool ReadsKeywords => _readsKeywords;

    public bool ReadsRest => _readsRest;

    /// <summary>Calls the macro.</summary>
    /// <param name="run">The rendering.</param>
    /// <param name="outer">The scope in which the macro was defined.</param>
    /// <param name="arguments">What it is given.</param>
    public Text Call(TemplateRun run, Scope outer, Arguments arguments)
    {
        var scope = new Scope(outer);
        var keywords = arguments.Keywords.ToDictionary(item => item.Name, item => item.Value);
        Bind(run, scope, arguments.Positional, keywords);
        if (_readsCaller && !parameters.Any(item => item.Name == "caller"))
        {
            scope.Set("caller", keywords.Remove("caller", out object? caller) ? caller : new Undefined("No caller defined"));
        }

        if (_readsKeywords)
        {
            var rest = new DictValue();
            foreach ((string key, object value) in keywords)
            {
                rest.Set(key, value);
            }

            scope.Set("kwargs", rest);
        }
        else if (keywords.Count > 0)
        {
            throw TemplateFault.Type($"macro '{name}' takes no keyword argument '{keywords.First().Key}'");
        }

        if (_readsRest)
        {
            scope.Set("varargs", new TupleValue([.. arguments.Positional.Skip(parameters.Count)]));
        }
        else if (arguments.Positional.Length > parameters.Count)
        {
            throw TemplateFault.Type($"macro '{name}' takes not more than {parameters.Count} argument(s)");
        }

        return run.Nested(() => run.Capture(body, scope, out _));
    }

    private void Bind(TemplateRun run, Scope scope, object[] positional, Dictionary<string, object> keywords)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            (string parameter, Expression? absent) = parameters[i];
            object? value = i < positional.Length ? positional[i] : keywords.Remove(parameter, out object? given) ? given : null;
            value ??= absent?.Evaluate(run, scope) ?? new Undefined($"parameter '{parameter}' was not provided");
            scope.Set(parameter, value);
        }
    }
}

/// <summary>{% macro name(parameters) %}…{% endmacro %}.</summary>
internal sealed class MacroStatement(int offset, MacroNode macro) : Statement(offset, macro)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        scope.Set(macro.Name, new MacroValue(macro, scope));
        return Flow.Normal;
    }
}

/// <summary>{% call(parameters) macro(…) %}…{% endcall %}.</summary>
internal sealed class CallStatement(int offset, MacroNode caller, CallNode call) : Statement(offset, caller, call)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        object result = call.Call(run, scope, new MacroValue(caller, scope));
        Printing.Write(run, run.Output, result);
        run.NoteOutput();
        return Flow.Normal;
    }
}
