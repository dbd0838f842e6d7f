import { Command as Cmdk } from 'cmdk';
import { Dialog } from 'radix-ui';
import { useContext, useDeferredValue, useMemo, useState } from 'react';
import { formatCount } from '../../graph-model/format.ts';
import { categoryOf } from '../../graph-model/operators/category.ts';
import { Glyph, Icon } from '../kit/icon.tsx';
import { ServicesContext, useStore, useStoreApi } from '../store/store.ts';
import { perform, type Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { findCommands, findNodes, type FoundNode, type FoundNodes } from './find.ts';
import { showKeys } from './keys.ts';
import { revealNode } from './view-commands.ts';
import '../kit/dialog.css';
import './palette.css';

/** Finds commands and nodes. Its list is filtered here, so that a model of many nodes does not make it slow. */
export function Palette() {
  const setView = useStore((s) => s.setView);
  const services = useContext(ServicesContext)!;
  const close = () => setView({ paletteOpen: false });
  // The act begins after the dialog is gone, so that what it focuses keeps the focus.
  const then = (act: () => void) => {
    close();
    requestAnimationFrame(act);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="sr">Find a node or run a command</Dialog.Title>
          <Search
            onCommand={(c) => then(() => perform(c, services))}
            onNode={(n) => then(() => revealNode(services.store.getState(), n.id))}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface SearchProps {
  onCommand(command: Command): void;
  onNode(node: FoundNode): void;
}

function Search({ onCommand, onNode }: SearchProps) {
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query);
  const store = useStoreApi();
  // What can be done now comes first.
  const commands = useMemo(() => {
    const can = (c: Command) => (c.enabled?.(store.getState()) ?? true) === true;
    const found = findCommands(SHOWN, wanted);
    return [...found.filter(can), ...found.filter((c) => !can(c))];
  }, [wanted, store]);
  const model = useStore((s) => s.model);
  const types = useStore((s) => s.types);
  const nodes = useMemo(() => (model ? findNodes(model, types, wanted) : NONE), [model, types, wanted]);
  // The library chooses the first item when the text changes, and the list follows a moment later: chosen here instead.
  const first = commands[0] ? commandValue(commands[0]) : nodes.nodes[0] ? nodeValue(nodes.nodes[0]) : '';
  const [chosen, setChosen] = useState({ for: '', value: '' });
  const list = `${wanted} ${first}`;
  const value = chosen.for === list ? chosen.value : first;
  return (
    <Cmdk
      label="Find a node or run a command"
      shouldFilter={false}
      loop
      value={value}
      onValueChange={(next) => setChosen({ for: list, value: next })}
    >
      <div className="palette-head">
        <Icon name="search" />
        <Cmdk.Input value={query} onValueChange={setQuery} placeholder="A command, or op:Conv, a name, a shape…" />
      </div>
      <Cmdk.List>
        <Cmdk.Empty>Nothing is called so.</Cmdk.Empty>
        {commands.length > 0 && (
          <Cmdk.Group heading="Commands">
            {commands.map((c) => (
              <CommandItem key={c.id} command={c} onSelect={() => onCommand(c)} />
            ))}
          </Cmdk.Group>
        )}
        <Nodes found={nodes} onNode={onNode} />
      </Cmdk.List>
    </Cmdk>
  );
}

const NONE: FoundNodes = { nodes: [], total: 0 };
const commandValue = (c: Command) => `command ${c.id}`;
const nodeValue = (n: FoundNode) => `node ${n.id}`;
const SHOWN = COMMANDS.filter((c) => c.id !== 'palette');

function CommandItem({ command, onSelect }: { command: Command; onSelect(): void }) {
  const can = useStore((s) => command.enabled?.(s) ?? true);
  const keys = command.keys?.[0];
  return (
    <Cmdk.Item value={commandValue(command)} disabled={can !== true} onSelect={onSelect}>
      <Icon name={command.icon ?? 'chev'} small />
      <span className="grow ell">
        {command.label}
        {can !== true && <span className="muted"> - {can}</span>}
      </span>
      <span className="muted">{command.group}</span>
      {keys && <span className="kbd">{showKeys(keys)}</span>}
    </Cmdk.Item>
  );
}

function Nodes({ found, onNode }: { found: FoundNodes; onNode(node: FoundNode): void }) {
  if (found.nodes.length === 0) return null;
  return (
    <Cmdk.Group heading={`Nodes (${formatCount(found.total)})`}>
      {found.nodes.map((node) => (
        <Cmdk.Item key={node.id} value={nodeValue(node)} onSelect={() => onNode(node)}>
          <Glyph name={categoryOf(node.domain, node.op)} />
          <span className="strong">{node.op}</span>
          <span className="mono dim ell grow">{node.name}</span>
        </Cmdk.Item>
      ))}
    </Cmdk.Group>
  );
}
