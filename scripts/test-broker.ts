// npm run test:broker <id>: the conformance kit for one module.
import { testBroker } from '../src/broker-kit/conformance/index.ts'
import { findModule, folderOf } from './find-module.ts'

const module = findModule(process.argv[2])
testBroker(module, { folder: folderOf(module.id) })
