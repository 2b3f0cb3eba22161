using KvCompose.Models.Templates.Functions;
using KvCompose.Models.Templates.Syntax;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>
/// Finds what the reference finds when it compiles a template: unknown filters and tests (but not inside if, where they fail
/// when they run), break outside a loop, and a loop variable named loop.
/// </summary>
internal sealed class NameCheck(TemplateSource source)
{
    public void Check(Node node) => Visit(node, soft: false, inLoop: false);

    private void Visit(Node node, bool soft, bool inLoop)
    {
        switch (node)
        {
            case IfStatement or ConditionalNode:
                VisitParts(node, soft: true, inLoop);
                break;
            case ForStatement loop:
                VisitLoop(loop, soft, inLoop);
                break;
            case MacroNode or GenerationStatement:
                VisitParts(node, soft: false, inLoop: false);
                break;
            case SetBlockStatement or FilterStatement or WithStatement:
                VisitParts(node, soft: false, inLoop);
                break;
            case BlockStatement:
                VisitParts(node, soft: false, inLoop: false);
                break;
            case JumpStatement jump when !inLoop:
                throw source.Error($"'{jump.Word}' outside loop", jump.Offset, ChatTemplateErrorKind.Runtime);
            case FilterNode filter:
                VisitParts(node, soft, inLoop);
                if (!soft && !Filters.Exists(filter.Name))
                {
                    throw source.Error($"No filter named '{filter.Name}'.", filter.Offset);
                }

                break;
            case TestNode test:
                VisitParts(node, soft, inLoop);
                if (!soft && !Tests.Exists(test.Name))
                {
                    throw source.Error($"No test named '{test.Name}'.", test.Offset);
                }

                break;
            default:
                VisitParts(node, soft, inLoop);
                break;
        }
    }

    private void VisitLoop(ForStatement loop, bool soft, bool inLoop)
    {
        CheckTarget(loop.Target);
        Visit(loop.Items, soft, inLoop);
        if (loop.Test is not null)
        {
            Visit(loop.Test, soft: false, inLoop: false);
        }

        Visit(loop.Body, soft: false, inLoop: true);
        if (loop.Otherwise is not null)
        {
            Visit(loop.Otherwise, soft: false, inLoop: inLoop && !loop.Recursive);
        }
    }

    private void CheckTarget(Target target)
    {
        if (target is NameTarget { Name: "loop" })
        {
            throw source.Error("Can't assign to special loop variable in for-loop target", target.Offset);
        }

        foreach (Node part in target.Parts)
        {
            CheckTarget((Target)part);
        }
    }

    private void VisitParts(Node node, bool soft, bool inLoop)
    {
        foreach (Node part in node.Parts)
        {
            Visit(part, soft, inLoop);
        }
    }
}
